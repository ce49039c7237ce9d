/** What users tell their machines in Talos' own words: `talos_patches` of both files. What Talos makes of it, talosctl says. */
import type { InputPath } from '../../types.ts';
import { isSecretKey, patchOfNode, SHARED_PATCH } from '../../talos/sealed-patch.ts';
import { isMapping } from '../mapping.ts';
import { CLUSTER_FILE, ERROR, JUDGEMENT, nameOf, nodePath, type Finding, type Rule, type RuleInput } from './rule.ts';
import { textsIn, type Found } from './texts.ts';

interface Patch {
  readonly path: InputPath;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The lists of both files: each becomes a file of its own. */
function* lists({ cluster, nodes }: RuleInput): Generator<readonly Patch[]> {
  yield patchesIn(cluster?.talos_patches, [CLUSTER_FILE, 'talos_patches']);
  for (const [index, node] of nodes.entries()) yield patchesIn(node.talos_patches, nodePath(index, 'talos_patches'));
}

const patchesIn = (list: unknown, at: InputPath): readonly Patch[] =>
  (Array.isArray(list) ? list : []).flatMap((value: unknown, index) =>
    isMapping(value) ? [{ path: [...at, index], value }] : [],
  );

/** The one document without a kind, `v1alpha1.Config`: https://docs.siderolabs.com/talos/latest/reference/configuration/v1alpha1/config */
const MACHINE_CONFIG: ReadonlySet<string> = new Set(['version', 'debug', 'persist', 'machine', 'cluster']);

/** Which document it is a piece of: that without a kind is the empty text, and null is none. */
function documentOf({ value }: Patch): string | null {
  const { apiVersion, kind, name = '' } = value;
  if (typeof apiVersion === 'string' && typeof kind === 'string') return `${kind} ${String(name)}`.trim();
  return Object.keys(value).every((key) => MACHINE_CONFIG.has(key)) ? '' : null;
}

function* patchesArePartsOfAMachineConfiguration(input: RuleInput): Generator<Finding> {
  for (const patch of [...lists(input)].flat()) {
    if (documentOf(patch) !== null) continue;
    const others = Object.keys(patch.value).filter((key) => !MACHINE_CONFIG.has(key));
    yield {
      path: patch.path,
      message: `Talos knows no ${others.join(', ')} at ${nameOf(patch.path)}`,
      hint: 'begin it with machine: or cluster:, or say which document it is: apiVersion: v1alpha1 and its kind',
    };
  }
}

/** talosctl takes a file with two of the same document for a mistake. */
function* documentsArePatchedOnce(input: RuleInput): Generator<Finding> {
  for (const list of lists(input)) {
    const seen = new Map<string, Patch>();
    for (const patch of list) {
      const document = documentOf(patch);
      if (document === null) continue;
      const first = seen.get(document);
      if (first === undefined) seen.set(document, patch);
      else yield patchedTwice(patch, first, document, input);
    }
  }
}

const patchedTwice = ({ path }: Patch, first: Patch, document: string, { place }: RuleInput): Finding => ({
  path,
  message: `${nameOf(path)} patches ${document === '' ? 'the machine configuration' : document} again, after ${place(first.path)}`,
  hint: 'write both as one',
});

/** The texts of all patches. */
function* texts(input: RuleInput): Generator<Found> {
  for (const { path, value } of [...lists(input)].flat()) yield* textsIn(value, path, false);
}

/** talhelper takes every `$` in a patch for the variable that follows; ours has one for `$patch`. */
function* talhelperFindsNoVariablesInPatches(input: RuleInput): Generator<Finding> {
  if (input.cluster?.talos_driver !== 'talhelper') return;
  for (const { path, text } of texts(input))
    if (text.includes('$'))
      yield {
        path,
        message: `talhelper would take what follows the $ in ${nameOf(path)} for a variable`,
        hint: 'do without $ there, or set talos_driver: talosctl',
      };
}

/** Where the commands for Talos look for the patches of all machines, or of one, that are sealed. */
function sealedFile([file, , index]: InputPath, { nodes }: RuleInput): string {
  return file === CLUSTER_FILE ? SHARED_PATCH : patchOfNode(nodes[Number(index)]?.name ?? 'NAME');
}

function* patchesHoldNoSecrets(input: RuleInput): Generator<Finding> {
  for (const { path, text } of texts(input))
    if (text !== '' && isSecretKey(String(path.at(-1))))
      yield {
        path,
        message: `${nameOf(path)} reads like a secret, and talos/ is committed in clear`,
        hint: `it belongs in a sealed file: nigari secrets edit ${sealedFile(path, input)}; what is no secret may stay, with a comment: # nigari-ignore: talos-patch-secret reason`,
      };
}

export const PATCH_RULES: readonly Rule[] = [
  {
    code: 'talos-patch-unknown',
    ...ERROR,
    why: 'Talos refuses the whole machine configuration.',
    check: patchesArePartsOfAMachineConfiguration,
  },
  {
    code: 'talos-patch-twice',
    ...ERROR,
    why: 'The patches of one list become one file, in which each document may stand once.',
    check: documentsArePatchedOnce,
  },
  {
    code: 'talos-patch-variable',
    ...ERROR,
    why: 'It puts the value in its place, of whatever the environment has, or fails.',
    check: talhelperFindsNoVariablesInPatches,
  },
  {
    code: 'talos-patch-secret',
    ...JUDGEMENT,
    why: 'What the machines are told besides is committed, in clear.',
    check: patchesHoldNoSecrets,
  },
];
