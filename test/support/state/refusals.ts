/** A state server's refusals, each at a state of its own: how OpenTofu words them. */
import type { FaultRule } from '../faults.ts';

/** Who holds the lock of `states/locked` and `states/conflict`. */
export const HOLDER = {
  ID: '5f3e9c1a-0000-4000-8000-1234567890ab',
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'alice@laptop',
  Version: '1.12.6',
  Created: '2026-11-20T10:11:12.123456789Z',
  Path: '',
};

const ROWS: readonly (readonly [match: string, status: number, body?: string])[] = [
  ['* states/unauthorized/**', 401],
  ['* states/forbidden/**', 403],
  ['* states/broken/**', 500],
  ['* states/teapot/**', 418],
  ['* states/locked/lock', 423, JSON.stringify(HOLDER)],
  ['* states/conflict/lock', 409, JSON.stringify(HOLDER)],
  ['* states/no-lock/lock', 404],
  ['GET states/login-page', 200, '<html>Sign in</html>'],
  ['POST states/read-only', 507],
  ['POST states/goes-away', 503],
  ['UNLOCK states/goes-away/lock', 503],
];

export const REFUSALS: readonly FaultRule[] = ROWS.map(([match, status, body = '']) => ({
  match,
  fault: { kind: 'status', status, body },
}));
