/** Opening sealed files in memory. The MAC is always checked. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { keyWanted } from './known.ts';
import { readSealed, type SealedFile } from './sops/sealed.ts';
import { needsSops } from './rules/recipients.ts';
import type { Reading } from './yaml/read.ts';
import { unlock, type Keys } from './unlock.ts';

/**
 * Decrypts a file.
 * @returns its tree with the places of its keys; problems: `not-sealed`, `sealed-damaged`, `no-key` when no identity opens it
 */
export async function open(file: SourceFile, keys: Keys): Promise<Checked<Reading>> {
  const sealed = readSealed(file);
  if (!sealed.ok) return sealed;
  const unlocked = await unlock(sealed.value, keys);
  if (!unlocked.ok) return unlocked;
  if (unlocked.value === null) return refused(noKey(file.path, sealed.value, keys, unlocked.problems));
  const { tree, dataKey } = unlocked.value;
  dataKey.fill(0);
  return checked({ tree, at: sealed.value.at }, unlocked.problems);
}

/**
 * Only sops opens what is sealed for other kinds of keys alone; else one of the age recipients is wanted.
 * @param hindered what keeps further keys from being tried
 */
function noKey(
  path: string,
  { metadata, at }: SealedFile,
  { identities }: Keys,
  hindered: readonly Problem[],
): Problem {
  if (metadata.blocks.length === 0) return needsSops(`${metadata.foreign.join(', ')} in ${path}`, at(metadata.raw));
  const here = identities.map(({ source, recipient }) => `${source} is ${recipient}`);
  const found = here.length === 0 ? 'there is no age key here' : `no age key here opens it (${here.join(', ')})`;
  return {
    code: 'no-key',
    severity: 'error',
    message: `${path} stays closed: ${[...hindered.map(({ message }) => message), found].join('; ')}`,
    hint: [...hindered.flatMap(({ hint = '' }) => hint), keyWanted(metadata)].join('\n'),
    file: path,
  };
}
