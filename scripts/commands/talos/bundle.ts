/** The cluster's own secrets: made once, sealed at birth, and opened in memory. */
import { secret, type Secret } from '../../config/secret.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { plainValues } from '../../secrets/mask.ts';
import { plainValue } from '../../secrets/tree/values.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import { readYaml, type Reading } from '../../secrets/yaml/read.ts';
import { genSecrets } from '../../talos/calls.ts';
import type { TalosCluster } from '../../talos/rendered-cluster.ts';
import type { SourceFile } from '../../types.ts';
import { step, type Context } from '../context.ts';
import { openFile, putSealed, readFileOf } from '../sealed-files.ts';
import { callTalos, type Talosctl } from './talosctl.ts';

/** What `talosctl gen secrets` makes: certificates, keys and tokens, from which every machine configuration follows. */
export const BUNDLE_FILE = 'talos/secrets.sops.yaml';

export interface Bundle {
  /** As talosctl reads it. */
  readonly text: Secret;
  /** To be hidden in what is printed. */
  readonly values: readonly Secret[];
}

/** @returns null where there is none yet @throws Refusal 2 where no key opens it */
export async function openBundle(context: Context): Promise<Bundle | null> {
  const file = await readFileOf(context, BUNDLE_FILE);
  return file === null ? null : bundleOf(await openFile(context, file));
}

function bundleOf({ tree }: Pick<Reading, 'tree'>): Bundle {
  return { text: secret(emit(tree)), values: secretsIn(tree.map(plainValue)) };
}

/** Every value of opened documents. */
export const secretsIn = (documents: unknown): readonly Secret[] =>
  [...plainValues(documents)].map((text) => secret(text));

/**
 * A new cluster's, sealed before anything else is done with it.
 * @throws Refusal 2 where it cannot be sealed, 4 where talosctl fails
 */
export async function makeBundle(context: Context, talosctl: Talosctl, cluster: TalosCluster): Promise<Bundle> {
  return step(context, 'Make the secrets of the cluster, and seal them', async () => {
    const file = await newBundle(talosctl, cluster);
    const bundle = bundleIn(file);
    const collect = (found: readonly Problem[]): void => context.reporter.problems(found);
    await putSealed(context, file, collect, { secrets: bundle.values });
    return bundle;
  });
}

/** One that is used once and forgotten: it is no cluster's. @throws Refusal 4 where talosctl fails */
export async function passingBundle(talosctl: Talosctl, cluster: TalosCluster): Promise<Bundle> {
  return bundleIn(await newBundle(talosctl, cluster));
}

async function newBundle(talosctl: Talosctl, cluster: TalosCluster): Promise<SourceFile> {
  const { text } = await callTalos(talosctl, 'make secrets', genSecrets(cluster));
  return { path: BUNDLE_FILE, bytes: new TextEncoder().encode(text) };
}

const bundleIn = (file: SourceFile): Bundle => bundleOf(must(readYaml(file), Exit.otherProgram));

/** Of a cluster that runs, it can only be brought back, never be made again. */
export const bundleMissing = (nodes: readonly string[]): Problem => ({
  code: 'talos-bundle-missing',
  severity: 'error',
  message: `there is no ${BUNDLE_FILE}, but ${nodes.join(', ')} ${nodes.length === 1 ? 'belongs' : 'belong'} to a cluster already: with new secrets nobody could reach it any more`,
  hint: [
    `bring ${BUNDLE_FILE} back: from git, or from the machine where the cluster was made`,
    'from a control plane’s configuration: talosctl gen secrets --from-controlplane-config FILE --output-file - | sops encrypt --filename-override talos/secrets.sops.yaml > talos/secrets.sops.yaml',
    'or, if that cluster is no more: reset its machines, so that they start in maintenance mode',
  ].join('\n'),
});
