/** What makes the machine configurations of the rendered patches: talosctl, or talhelper where the project says so. */
import { join } from 'node:path';
import { reveal, secret } from '../../config/secret.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { openPrivatePlace, type PrivatePlace } from '../../system/private-place.ts';
import { run } from '../../system/processes.ts';
import { findOnPath } from '../../system/programs.ts';
import { genConfig } from '../../talos/calls.ts';
import type { TalosCluster, TalosNode } from '../../talos/rendered-cluster.ts';
import { configFile, genAllConfigs, TALHELPER_FOLDER } from '../../talos/talhelper.ts';
import { lastLines } from '../../talos/failures.ts';
import type { Bundle } from './bundle.ts';
import type { SealedPatches } from './sealed-patches.ts';
import { makeSecret, type SecretText, type Talosctl } from './talosctl.ts';

/** Makes the configuration of a node. @throws Refusal 2 where there is no place for it, 4 where the program fails, 130 */
export type Driver = (node: TalosNode) => Promise<SecretText>;

/** @throws Refusal 2 for sealed patches where talhelper makes the configurations */
export function driverFor(talosctl: Talosctl, cluster: TalosCluster, bundle: Bundle, sealed: SealedPatches): Driver {
  if (cluster.driver === 'talosctl') return byTalosctl(talosctl, cluster, bundle, sealed);
  const patches = new Set(cluster.nodes.flatMap((node) => sealed.of(node).map(({ path }) => path)));
  if (patches.size > 0) throw new Refusal([...patches].map(takesNoSealed), Exit.refusedInput);
  return byTalhelper(talosctl, cluster, bundle);
}

const byTalosctl =
  (talosctl: Talosctl, cluster: TalosCluster, bundle: Bundle, sealed: SealedPatches): Driver =>
  (node) =>
    makeSecret(
      talosctl,
      `make the configuration of ${node.name}`,
      genConfig(cluster, node, bundle.text, sealed.of(node)),
    );

/** It makes those of all nodes at once, so they are kept until the run is over. */
function byTalhelper(talosctl: Talosctl, cluster: TalosCluster, bundle: Bundle): Driver {
  let made: Promise<readonly SecretText[]> | null = null;
  return async (node) => {
    made ??= makeAll(talosctl, cluster, bundle);
    return (await made)[cluster.nodes.indexOf(node)] as SecretText;
  };
}

/** They are files in clear, for talhelper cannot do otherwise: in memory, and gone whatever happens. */
async function makeAll(
  { context, hide }: Talosctl,
  cluster: TalosCluster,
  bundle: Bundle,
): Promise<readonly SecretText[]> {
  const file = await findOnPath('talhelper', context.env);
  if (file === null) throw new Refusal([talhelperMissing], Exit.otherProgram);
  const place = must(await openPrivatePlace('secrets.yaml', bytesOf(bundle), NO_TALHELPER), Exit.refusedInput);
  try {
    const args = genAllConfigs(place.file, place.folder) as readonly string[];
    const cwd = join(context.root, TALHELPER_FOLDER);
    const ended = must(await run({ file, args, cwd, env: {} }, { signal: context.signal }), Exit.otherProgram);
    if (ended.interrupted) throw new Refusal([], Exit.interrupted);
    if (ended.exitCode !== 0) throw new Refusal([failed(hide(ended.stderr || ended.stdout))], Exit.otherProgram);
    return await Promise.all(cluster.nodes.map((node) => read(place, configFile(cluster, node))));
  } finally {
    place.remove();
  }
}

const bytesOf = ({ text }: Bundle): Uint8Array => new TextEncoder().encode(reveal(text));

async function read(place: PrivatePlace, name: string): Promise<SecretText> {
  return { text: secret(new TextDecoder().decode(must(await place.read(name), Exit.otherProgram))) };
}

const NO_TALHELPER = 'talhelper writes files: take `talos_driver: talosctl`, which needs none and makes the same';

const talhelperMissing: Problem = {
  code: 'talhelper-missing',
  severity: 'error',
  message: 'talhelper is not on PATH, and talos_driver names it',
  hint: 'install it, see https://budimanjojo.github.io/talhelper; or take `talos_driver: talosctl`, which makes the same',
};

const takesNoSealed = (file: string): Problem => ({
  code: 'talos-patch-sealed',
  severity: 'error',
  file,
  message: 'talhelper takes no sealed patches',
  hint: 'take `talos_driver: talosctl`, which makes the same and takes them',
});

const failed = (said: string): Problem => ({
  code: 'talhelper-failed',
  severity: 'error',
  message: `talhelper: ${lastLines(said)}`,
  hint: 'run `talhelper validate talconfig` in talos/, and mend the input that this comes from',
});
