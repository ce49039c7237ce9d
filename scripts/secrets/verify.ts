/** What can be said against a sealed file, with a key or without one. */
import { checked, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { parseEncrypted } from './sops/cipher.ts';
import { selectsOf } from './sops/encryption.ts';
import { damage } from './sops/metadata.ts';
import { ruleFor, type Rule } from './rules/rules.ts';
import { readSealed, type SealedFile } from './sops/sealed.ts';
import { unlock, type Keys } from './unlock.ts';
import { mapLeaves } from './tree/walk.ts';

/** How far a file was looked at: only a key checks the MAC. */
export type Depth = 'mac' | 'structure';

/**
 * Checks that a file holds together: metadata, every value that is to be encrypted, and with a key the MAC over all.
 * @param config `.sops.yaml`, with which the file is compared
 * @returns how far it could be looked at, with a warning for what another rule would make of the file now; problems:
 *   `not-sealed`, `sealed-damaged`
 */
export async function verifySealed(file: SourceFile, config: SourceFile | null, keys: Keys): Promise<Checked<Depth>> {
  const sealed = readSealed(file);
  if (!sealed.ok) return sealed;
  const unlocked = await unlock(sealed.value, keys);
  const structure = structureProblems(file.path, sealed.value);
  const problems = [
    ...(unlocked.ok ? structure : unlocked.problems),
    ...ruleProblems(file.path, sealed.value, config, keys),
  ];
  if (!unlocked.ok) return { ok: false, problems };
  unlocked.value?.dataKey.fill(0);
  return checked<Depth>(unlocked.value === null ? 'structure' : 'mac', problems);
}

/** Values that should be ciphertext and are none; comments in clear, which sops lets pass. */
function structureProblems(path: string, { tree, metadata, at }: SealedFile): readonly Problem[] {
  const selects = selectsOf(metadata.selector);
  const problems: Problem[] = [];
  mapLeaves(tree, (leaf, place) => {
    const isComment = leaf.kind === 'comment';
    const isDue = leaf.kind !== 'null' && leaf.text !== '' && selects(place, isComment);
    const isCiphertext = (isComment || leaf.kind === 'str') && parseEncrypted(leaf.text) !== null;
    if (!isDue || isCiphertext) return leaf;
    if (isComment) problems.push(commentInClear(path));
    else problems.push(damage(at(leaf), `${place.keys.join('.')} is not encrypted`));
    return leaf;
  });
  return parseEncrypted(metadata.mac) === null ? [...problems, damage(at(metadata.raw), 'its mac is none')] : problems;
}

function commentInClear(path: string): Problem {
  const message = `${path} has a comment in clear where comments are encrypted`;
  const hint = 'if it holds nothing secret, let it be: the next change encrypts it';
  return { code: 'comment-in-clear', severity: 'warning', message, hint, file: path };
}

/** Where `.sops.yaml` says otherwise than the file. */
function ruleProblems(
  path: string,
  { metadata }: SealedFile,
  config: SourceFile | null,
  { identities }: Keys,
): readonly Problem[] {
  const rule = ruleFor(
    path,
    config,
    identities.map(({ recipient }) => recipient),
  );
  if (!rule.ok) return rule.problems.map((problem) => ({ ...problem, severity: 'warning' }));
  const named = metadata.blocks.map(({ recipient }) => recipient);
  const lacking = rule.value.recipients.filter((recipient) => !named.includes(recipient));
  const surplus = named.filter((recipient) => !rule.value.recipients.includes(recipient));
  return [
    ...lacking.map((recipient) => differs(path, `it is not sealed for ${recipient}, whom the rule names`)),
    ...surplus.map((recipient) => differs(path, `${recipient} opens it, whom the rule does not name`)),
    ...(isSameSelection(rule.value, metadata)
      ? []
      : [differs(path, 'another part of it is encrypted than the rule says')]),
  ];
}

function isSameSelection({ selector, macOnlyEncrypted }: Rule, metadata: SealedFile['metadata']): boolean {
  const sameSelector = selector.kind === metadata.selector.kind && selector.text === metadata.selector.text;
  return sameSelector && macOnlyEncrypted === metadata.macOnlyEncrypted;
}

function differs(path: string, what: string): Problem {
  const message = `${path} is not as .sops.yaml says: ${what}`;
  const hint = `\`nigari secrets rotate ${path}\` seals it by the rule`;
  return { code: 'rule-differs', severity: 'warning', message, hint, file: path };
}
