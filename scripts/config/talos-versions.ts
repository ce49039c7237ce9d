/**
 * Which Kubernetes a Talos runs: one table.
 *
 * Source of 1.9 to 1.13: the packages `compatibility/talos1*` of Talos' own module pkg/machinery v1.13.9, by which its
 * tools refuse other versions (`MinimumKubernetesVersion`, `MaximumKubernetesVersion`), read and compared. Source of
 * 1.14: the support matrix of its documentation alone; its sources were not at hand.
 */

/** The minors of Kubernetes 1.x that a minor of Talos 1.x supports, both ends included. */
export interface KubernetesRange {
  readonly oldest: number;
  readonly newest: number;
}

/** By the minor of Talos 1.x, oldest first. */
export const TALOS_SUPPORT: ReadonlyMap<number, KubernetesRange> = new Map([
  [9, { oldest: 27, newest: 32 }],
  [10, { oldest: 28, newest: 33 }],
  [11, { oldest: 29, newest: 34 }],
  [12, { oldest: 30, newest: 35 }],
  [13, { oldest: 31, newest: 36 }],
  [14, { oldest: 33, newest: 37 }],
]);

/**
 * What a Talos supports; null for one that is not in the table.
 * @param talosVersion `x.y.z` without `v`
 */
export function kubernetesOf(talosVersion: string): KubernetesRange | null {
  return TALOS_SUPPORT.get(minorOf(talosVersion)) ?? null;
}

/**
 * What a machine configuration is made of:
 * - `legacy`: one document
 * - `multi-document`: the network and the volumes have documents of their own
 * - `experimental`: nearly everything has; each refuses the old form of the same beside it. Checked with the sources of
 *   Talos' module pkg/machinery v1.14.1, not yet with a talosctl of that version
 */
export type Dialect = 'legacy' | 'multi-document' | 'experimental';

/** The minors of Talos 1.x from which on a dialect counts. */
const MULTI_DOCUMENT = 12;
const EXPERIMENTAL = 14;

/** @param talosVersion `x.y.z` without `v` */
export function dialectOf(talosVersion: string): Dialect {
  const minor = minorOf(talosVersion);
  if (minor < MULTI_DOCUMENT) return 'legacy';
  return minor < EXPERIMENTAL ? 'multi-document' : 'experimental';
}

/** The minors of Talos 1.x that run a minor of Kubernetes 1.x, oldest first. */
export function talosFor(kubernetesMinor: number): readonly number[] {
  const fitting = [...TALOS_SUPPORT].filter(
    ([, { oldest, newest }]) => kubernetesMinor >= oldest && kubernetesMinor <= newest,
  );
  return fitting.map(([talos]) => talos);
}

/**
 * The first release of the newest Kubernetes minor that a Talos supports: `1.35.0` for Talos `1.12.4`. A Talos that is
 * not in the table gets what its nearest neighbour there supports.
 * @param talosVersion `x.y.z` without `v`
 */
export function defaultKubernetesVersion(talosVersion: string): string {
  const known = [...TALOS_SUPPORT.keys()];
  const minor = Math.min(Math.max(minorOf(talosVersion), Math.min(...known)), Math.max(...known));
  return `1.${TALOS_SUPPORT.get(minor)?.newest}.0`;
}

/** Minors of another major than 1 lie outside every table. */
function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 1) return minor;
  return major < 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
