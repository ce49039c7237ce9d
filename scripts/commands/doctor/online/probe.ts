/** What the probes of `doctor --online` have in common. */
import type { Prepared } from '../../infra/instance.ts';
import type { HttpAnswer, HttpRequest, NoAnswer } from '../../../secrets/providers/http.ts';
import { send } from '../../../system/http.ts';
import type { Row } from '../row.ts';

/** How questions are asked. */
export interface Limits {
  /** Milliseconds that are left for all that is still to be asked. */
  readonly left: () => number;
  /** Authorities (PEM) to trust besides Node's own, as OpenTofu does. */
  readonly ca: string | null;
}

/** What was rendered, what is sealed for it, and how questions are asked. */
export interface Opened extends Omit<Prepared, 'tofu'>, Limits {}

/** A question to somebody who wants no token of Proxmox VE. */
export function ask(request: HttpRequest, { left, ca }: Limits, signal: AbortSignal): Promise<HttpAnswer | NoAnswer> {
  return send(request, { milliseconds: left(), signal, ...(ca !== null && { ca }) });
}

export const fail = (name: string, found: string, remedy: string): Row => ({ name, status: 'fail', found, remedy });
