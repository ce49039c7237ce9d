/** What the probes of `doctor --online` have in common. */
import type { Prepared } from '../../infra/instance.ts';
import type { HttpAnswer, HttpRequest, NoAnswer } from '../../../secrets/providers/http.ts';
import { send } from '../../../system/http.ts';
import type { Env } from '../../../system/user-files.ts';
import type { Row } from '../row.ts';

/** How questions are asked. */
export interface Limits {
  /** Milliseconds that are left for all that is still to be asked. */
  readonly left: () => number;
  /** Says whom this machine trusts. */
  readonly env: Env;
}

/** What was rendered, what is sealed for it, and how questions are asked. */
export interface Opened extends Omit<Prepared, 'tofu'>, Limits {}

/** A question to somebody who wants no token of Proxmox VE. */
export function ask(request: HttpRequest, { left, env }: Limits, signal: AbortSignal): Promise<HttpAnswer | NoAnswer> {
  return send(request, { milliseconds: left(), env, signal });
}

export const fail = (name: string, found: string, remedy: string): Row => ({ name, status: 'fail', found, remedy });
