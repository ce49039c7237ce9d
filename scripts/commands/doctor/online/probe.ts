/** What the probes of `doctor --online` have in common. */
import type { Prepared } from '../../infra/instance.ts';
import type { Row } from '../row.ts';

/** What was rendered, and what is sealed for it. */
export type Opened = Omit<Prepared, 'tofu'>;

/** Each question is bounded by itself, so that all of them together are. In milliseconds. */
export const PATIENCE = 8_000;

export const fail = (name: string, found: string, remedy: string): Row => ({ name, status: 'fail', found, remedy });
