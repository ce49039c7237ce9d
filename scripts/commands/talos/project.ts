/** The cluster that a command is about, read from what `configure` rendered. */
import { MANIFEST_FILE } from '../../changes/manifest.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { someOf } from '../../report/some-of.ts';
import { CLUSTER_FILE, readCluster, type TalosCluster, type TalosNode } from '../../talos/rendered-cluster.ts';
import { suggestion } from '../../config/suggest.ts';
import { readOwnManifest } from '../configure/project-tree.ts';
import type { Context } from '../context.ts';
import { refuseStale } from '../infra/current.ts';
import { notConfigured, readFileOf } from '../sealed-files.ts';

/** @throws Refusal 2 where nothing was rendered, or the inputs would render something else and `staleOk` is not said */
export async function readTalosCluster(context: Context, staleOk: boolean): Promise<TalosCluster> {
  const { manifest } = await readOwnManifest(context, () => {});
  const file = await readFileOf(context, CLUSTER_FILE);
  if (manifest === null || file === null) {
    const missing = manifest === null ? MANIFEST_FILE : CLUSTER_FILE;
    throw new Refusal([notConfigured(missing, context.call)], Exit.refusedInput);
  }
  if (!staleOk) await refuseStale(context, manifest);
  return must(readCluster(file), Exit.refusedInput);
}

/** @param names as a person gave them; none means all @throws Refusal 2 for one that there is not */
export function chosenNodes({ nodes }: TalosCluster, names: readonly string[]): readonly TalosNode[] {
  const unknown = names.filter((name) => !nodes.some((node) => node.name === name));
  if (unknown.length > 0) {
    const known = nodes.map(({ name }) => name);
    throw new Refusal(
      unknown.map((name) => nodeUnknown(name, known)),
      Exit.refusedInput,
    );
  }
  return names.length === 0 ? nodes : nodes.filter(({ name }) => names.includes(name));
}

/** Workers wait for the control planes, and not the other way round. */
export const controllersFirst = (nodes: readonly TalosNode[]): readonly TalosNode[] => [
  ...nodes.filter(({ role }) => role === 'controller'),
  ...nodes.filter(({ role }) => role === 'worker'),
];

function nodeUnknown(name: string, known: readonly string[]): Problem {
  const near = suggestion(name, known);
  return {
    code: 'node-unknown',
    severity: 'error',
    message: `there is no node ${name}`,
    hint: near === null ? `there are: ${someOf(known)}` : `did you mean ${near}?`,
  };
}
