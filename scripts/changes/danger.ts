/** A danger: a finding about machines that exist. */
import type { Problem, Severity } from '../problem.ts';

export interface Danger extends Problem {
  /** The machines that it is about, under the names that they have now, or had last. */
  readonly machines: readonly string[];
  /** A machine, its disk or the quorum is lost: somebody must agree. */
  readonly consent: boolean;
}

/** Codes of dangers, the worst first. */
const SEVERITIES = {
  'quorum-loss': 'error',
  'disk-shrinks': 'error',
  'names-swapped': 'warning',
  'destroys-vm': 'warning',
  'replaces-vm': 'warning',
  'loses-disk': 'warning',
  'infrastructure-off': 'warning',
  'needs-power-off': 'warning',
  'name-reused': 'warning',
  'cluster-changed': 'warning',
  'not-applied': 'warning',
  'renames-vm': 'note',
  'needs-reboot': 'note',
  'in-place': 'note',
} as const satisfies Readonly<Record<string, Severity>>;

const CONSENT: ReadonlySet<string> = new Set([
  'quorum-loss',
  'names-swapped',
  'destroys-vm',
  'replaces-vm',
  'loses-disk',
]);

export function danger(
  code: keyof typeof SEVERITIES,
  machines: readonly string[],
  message: string,
  hint?: string,
): Danger {
  return {
    code,
    severity: SEVERITIES[code],
    message,
    ...(hint === undefined ? {} : { hint }),
    machines,
    consent: CONSENT.has(code),
  };
}

/** The lower, the worse. */
export const rank = ({ code }: Danger): number => Object.keys(SEVERITIES).indexOf(code);
