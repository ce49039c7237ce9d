/** Is this a talosctl that can make what the cluster runs? It takes a newer version without a word, and makes its own. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/** `Talos v1.13.0`, as `talosctl version --short` has it: of itself, and of each machine. */
const VERSION = /Talos v?(?<version>\d+\.\d+\.\d+[\w.-]*)/;
const TAG = /Tag:\s+v?(?<version>\d+\.\d+\.\d+[\w.-]*)/g;

/**
 * @param output of `talosctl version --client --short`
 * @param wanted the cluster's version, `1.13.9`
 * @returns the version of talosctl, or `talosctl-too-old`, `talosctl-version-unreadable`
 */
export function checkTalosctl(output: string, wanted: string): Checked<string> {
  const version = VERSION.exec(output)?.groups?.['version'];
  if (version === undefined) return refused(unreadable);
  return minorOf(version) < minorOf(wanted) ? refused(tooOld(version, wanted)) : checked(version);
}

/** @param output of `talosctl version --short` @returns the version of the machine, null where it did not tell */
export function machineVersion(output: string): string | null {
  return [...output.matchAll(TAG)].at(-1)?.groups?.['version'] ?? null;
}

/** Talos before 1.13 moves pods away by itself when it is told to upgrade. */
export const drainsByItself = (version: string): boolean => minorOf(version) < minorOf('1.13');

/** 1.13 → 1013: a minor has no more than three digits. */
function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}

const tooOld = (version: string, wanted: string): Problem => ({
  code: 'talosctl-too-old',
  severity: 'error',
  message: `this is talosctl ${version}, which does not know all of Talos ${wanted}`,
  hint: `install talosctl ${wanted.replace(/\.\d+$/, '')} or newer; or set an older talos_version in cluster.yaml`,
});

const unreadable: Problem = {
  code: 'talosctl-version-unreadable',
  severity: 'error',
  message: '`talosctl version --client --short` did not tell a version',
  hint: 'run it by hand: is it the talosctl of Sidero Labs?',
};
