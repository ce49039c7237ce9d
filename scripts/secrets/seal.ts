/**
 * Artifacts → what may be written: secret ones become SOPS files, the others pass as they are.
 *
 * What did not change keeps its bytes. One value changed: its line, `lastmodified` and `mac`. A recipient added: their
 * block alone. A recipient removed: a new data key, and with it every value, for the old key is known to them.
 */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Artifact, Disk, Sealed, SourceFile } from '../types.ts';
import type { Age } from './age/age.ts';
import { DATA_KEY_BYTES } from './sops/cipher.ts';
import { faultsOfAdded } from './added.ts';
import { compose, type Chance } from './compose.ts';
import { keepClosed, memorable, type Memory } from './known.ts';
import { ivStore, selectsOf } from './sops/encryption.ts';
import type { AgeBlock } from './sops/metadata.ts';
import { needsSops } from './rules/recipients.ts';
import { ruleFor } from './rules/rules.ts';
import { readSealed, sealedBytes, type SealedFile } from './sops/sealed.ts';
import { settle } from './sops/settle.ts';
import { sameTree, type Entry, type Tree, type Value } from './tree/tree.ts';
import { unlock, type Keys, type Unlocked } from './unlock.ts';
import { wantedOf, type Wanted } from './wanted.ts';

/** All that sealing needs of the outside. `random` must be cryptographically secure. */
export interface SealInputs extends Keys, Chance {
  /** What is there now: a sealed file at an artifact's path is kept or changed, never made anew. */
  readonly disk: Disk;
  /** `.sops.yaml`; null when there is none. */
  readonly sopsConfig: SourceFile | null;
  /** Some of the values are not known, since the input that holds them stayed closed: then nothing is sealed anew. */
  readonly closed?: boolean;
  /** Asked of files that no key opens, and told of those that were sealed or compared. */
  readonly memory?: Memory;
  /** Every file gets a new data key, changed or not. */
  readonly renew?: boolean;
}

/**
 * Seals what is secret.
 * @returns one `Sealed` for each artifact, in order; or every problem. A note `sealed-kept` tells of a file that no
 *   identity opens: it stays as it is, unless it is known to hold something else (`sealed-inputs-changed`).
 */
export async function seal(artifacts: readonly Artifact[], inputs: SealInputs): Promise<Checked<readonly Sealed[]>> {
  const sealed: Sealed[] = [];
  const problems: (readonly Problem[])[] = [];
  // One after the other: all of it is work of one thread, and a thousand at once would only fill the memory.
  for (const artifact of artifacts) {
    const bytes = artifact.secret ? await sealedContent(artifact, inputs) : checked(artifact.bytes);
    problems.push(bytes.problems);
    if (bytes.ok) sealed.push(asSealed(artifact, bytes.value));
  }
  return checked<readonly Sealed[]>(sealed, problems.flat());
}

/** The one place that makes a `Sealed`. */
function asSealed(
  { path, template, secret, executable }: Pick<Artifact, 'path' | 'template' | 'secret' | 'executable'>,
  bytes: Uint8Array,
): Sealed {
  return { path, template, secret, executable, bytes } as Sealed;
}

/** A file that Ansible Vault sealed, by the rules of that. @throws TypeError when nothing of it is sealed */
export function sealedByAnsibleVault({ path, bytes }: SourceFile): Sealed {
  if (!Buffer.from(bytes).includes('$ANSIBLE_VAULT;')) throw new TypeError(`nothing in ${path} is sealed`);
  return asSealed({ path, template: path, secret: true, executable: false }, bytes);
}

async function sealedContent(artifact: Artifact, inputs: SealInputs): Promise<Checked<Uint8Array>> {
  const wanted = wantedOf(artifact, inputs.sopsConfig, inputs.identities);
  if (!wanted.ok) return wanted;
  const { path } = artifact;
  const file = inputs.disk.get(path);
  const bytes = await (file === undefined
    ? sealNew(wanted.value, inputs)
    : reseal(wanted.value, { path, bytes: file.bytes }, inputs));
  const problems = [...wanted.problems, ...bytes.problems];
  return bytes.ok ? checked(bytes.value, problems) : { ok: false, problems };
}

/** What a file is to hold, without having been text: types and places stay what they were when it was opened. */
export interface Content {
  readonly path: string;
  readonly tree: Tree;
  /** What is new in the tree: it must be encrypted, and sops must not lose it. */
  readonly added?: ReadonlySet<Entry | Value>;
}

/** Seals a file that was opened. @returns as `seal`; `sops-loses-value`, `secret-left-in-clear` for what is added */
export async function sealContent({ path, tree, added }: Content, inputs: SealInputs): Promise<Checked<Sealed>> {
  const held = inputs.identities.map(({ recipient }) => recipient);
  const rule = ruleFor(path, inputs.sopsConfig, held);
  if (!rule.ok) return rule;
  const { selector } = rule.value;
  const settled = settle(tree, selector, selectsOf(selector), path);
  if (!settled.ok) return settled;
  const wanted: Wanted = { path, tree: settled.value, rule: rule.value };
  const problems = added === undefined ? [] : faultsOfAdded({ ...wanted, tree }, added);
  if (problems.length > 0) return { ok: false, problems };
  const file = inputs.disk.get(path);
  const bytes = await (file === undefined
    ? sealAfresh(wanted, null, inputs)
    : reseal(wanted, { path, bytes: file.bytes }, inputs));
  const template = path;
  const executable = file?.executable ?? false;
  return bytes.ok
    ? checked(asSealed({ path, template, executable, secret: true }, bytes.value), bytes.problems)
    : bytes;
}

async function sealNew(wanted: Wanted, inputs: SealInputs): Promise<Checked<Uint8Array>> {
  return inputs.closed ? refused(cannotSeal(wanted.path)) : sealAfresh(wanted, null, inputs);
}

/** With a new data key. @param old the file whose metadata is carried on, if there is one */
async function sealAfresh(wanted: Wanted, old: SealedFile | null, inputs: SealInputs): Promise<Checked<Uint8Array>> {
  const dataKey = inputs.random(DATA_KEY_BYTES);
  try {
    const blocks = await wrapFor(wanted.rule.recipients, dataKey, inputs.age);
    return remembered(wanted, compose(wanted, { dataKey, blocks, ivs: ivStore(), old }, inputs), inputs);
  } finally {
    dataKey.fill(0);
  }
}

function remembered({ path, tree }: Wanted, bytes: Checked<Uint8Array>, { memory }: SealInputs): Checked<Uint8Array> {
  if (bytes.ok) memory?.remember({ path, bytes: bytes.value }, memorable(tree));
  return bytes;
}

async function reseal(wanted: Wanted, file: SourceFile, inputs: SealInputs): Promise<Checked<Uint8Array>> {
  const old = readSealed(file);
  if (!old.ok) return old;
  if (inputs.closed) return keepClosed(wanted, old.value, file, inputs);
  const unlocked = await unlock(old.value, inputs);
  if (!unlocked.ok) return unlocked;
  const { value, problems } = unlocked;
  const bytes =
    value === null
      ? keepClosed(wanted, old.value, file, inputs)
      : await update(wanted, old.value, value, inputs).finally(() => value.dataKey.fill(0));
  const all = [...problems, ...bytes.problems];
  if (!bytes.ok || value === null) return { ...bytes, problems: all } as Checked<Uint8Array>;
  return remembered(wanted, checked(bytes.value ?? file.bytes, all), inputs);
}

function cannotSeal(path: string): Problem {
  const message = `${path} cannot be made: the secrets that belong in it are sealed, and no age key here opens them`;
  return {
    code: 'no-key',
    severity: 'error',
    message,
    hint: 'bring the key, as ./age.key or by SOPS_AGE_KEY_FILE',
    file: path,
  };
}

/** What the file on disk is to become; null when it is as it should be. */
async function update(
  wanted: Wanted,
  old: SealedFile,
  unlocked: Unlocked,
  inputs: SealInputs,
): Promise<Checked<Uint8Array | null>> {
  const { recipients, indent } = wanted.rule;
  const { renew = false } = inputs;
  const { blocks, foreign, raw } = old.metadata;
  const isSame = holdsSame(wanted, old, unlocked.tree);
  const staying = blocks.filter(({ recipient }) => recipients.includes(recipient));
  const added = recipients.filter((recipient) => !blocks.some((block) => block.recipient === recipient));
  if (!renew && isSame && staying.length === blocks.length && added.length === 0) return checked(null);
  if (foreign.length > 0) return refused(needsSops(`${foreign.join(', ')} in ${wanted.path}`, old.at(raw)));
  if (renew || staying.length < blocks.length) return sealAfresh(wanted, old, inputs);
  const all = [...staying, ...(await wrapFor(added, unlocked.dataKey, inputs.age))];
  if (isSame) return checked(sealedBytes(old.tree, { ...old.metadata, blocks: all }, raw, indent));
  return compose(wanted, { dataKey: unlocked.dataKey, blocks: all, ivs: unlocked.ivs, old }, inputs);
}

function holdsSame({ tree, rule }: Wanted, { metadata }: SealedFile, held: Tree): boolean {
  const { selector, macOnlyEncrypted } = metadata;
  const sameRule = rule.selector.kind === selector.kind && rule.selector.text === selector.text;
  return sameRule && rule.macOnlyEncrypted === macOnlyEncrypted && sameTree(tree, held);
}

async function wrapFor(recipients: readonly string[], dataKey: Uint8Array, age: Age): Promise<readonly AgeBlock[]> {
  return Promise.all(recipients.map(async (recipient) => ({ recipient, enc: await age.wrap(recipient, dataKey) })));
}
