/** Versions of Talos: may a machine go from one to another, and is this a talosctl that can make what the cluster runs? */
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/** `Talos v1.13.0`, as `talosctl version --short` has it: of itself, and of each machine. */
const VERSION = /Talos v?(?<version>\d+\.\d+\.\d+[\w.-]*)/;
const TAG = /Tag:\s+v?(?<version>\d+\.\d+\.\d+[\w.-]*)/g;

/**
 * It takes a newer version without a word, and makes its own.
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

/**
 * Talos before 1.13 moves pods away by itself when it is told to upgrade, and talosctl before 1.13 has no words for it.
 * @param version of either
 */
export const drainsByItself = (version: string): boolean => minorOf(version) < minorOf('1.13');

/**
 * Talos goes from a minor to the next one; it is not made to go back. Source: "Supported upgrade paths",
 * https://docs.siderolabs.com/talos/latest/configure-your-talos-cluster/lifecycle-management/upgrading-talos
 * @param who the machine, as messages name it
 * @param running its version, null where it did not tell
 * @param wanted `1.13.2`
 * @returns `talos-downgrade`, `talos-minor-skipped`, or null where nothing stands against it
 */
export function unsupportedPath(who: string, running: string | null, wanted: string): Problem | null {
  if (running === null) return null;
  const steps = minorOf(wanted) - minorOf(running);
  if (steps < 0 || (steps === 0 && patchOf(wanted) < patchOf(running))) return downgrade(who, running, wanted);
  return steps > 1 ? minorSkipped(who, running, wanted) : null;
}

/** 1.13 → 1013: a minor has no more than three digits. */
function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}

/** 1.13.2-beta.0 → 2 */
const patchOf = (version: string): number => Number.parseInt(version.split('.')[2] ?? '0', 10);

const ANYWAY = '`nigari talos upgrade --allow-unsupported-path` goes on all the same';

const downgrade = (who: string, running: string, wanted: string): Problem => ({
  code: 'talos-downgrade',
  severity: 'error',
  message: `${who} runs Talos ${running}, which is newer than ${wanted}: Talos is not made to go back`,
  hint: `set talos_version to ${running}, or to a newer patch of that minor, then \`nigari configure\`\nor, where you know that ${wanted} reads what ${running} wrote: ${ANYWAY}`,
});

function minorSkipped(who: string, running: string, wanted: string): Problem {
  const [major = 0, minor = 0] = running.split('.').map(Number);
  return {
    code: 'talos-minor-skipped',
    severity: 'error',
    message: `${who} runs Talos ${running}, from which no way leads to ${wanted} at once: Talos goes from one minor to the next`,
    hint: [
      `set talos_version to the newest ${major}.${minor} first, then to the newest ${major}.${minor + 1}, and so on up to ${wanted}; each time: \`nigari configure\`, \`nigari talos upgrade\`, \`nigari talos upgrade-k8s\`, \`nigari talos apply\``,
      `or, where you know that it works: ${ANYWAY}`,
    ].join('\n'),
  };
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
