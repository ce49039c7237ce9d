/** Opening sealed files in memory. The MAC is always checked. */
import { secret, type Secret } from '../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { keyWanted } from './known.ts';
import { readSealed, type SealedFile } from './sealed.ts';
import { needsSops } from './recipients.ts';
import type { Reading } from './yaml/read.ts';
import type { At } from './yaml/reading.ts';
import { isScalar, type Entry, type Scalar } from './tree.ts';
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
  if (unlocked.value === null) return refused(noKey(file.path, sealed.value, keys));
  const { tree, dataKey } = unlocked.value;
  dataKey.fill(0);
  return checked({ tree, at: sealed.value.at });
}

/** Only sops opens what is sealed for other kinds of keys alone; else one of the age recipients is wanted. */
function noKey(path: string, { metadata, at }: SealedFile, { identities }: Keys): Problem {
  if (metadata.blocks.length === 0) return needsSops(`${metadata.foreign.join(', ')} in ${path}`, at(metadata.raw));
  const found = identities.length === 0 ? 'there is no age key here' : 'no age key here opens it';
  return {
    code: 'no-key',
    severity: 'error',
    message: `${path} stays closed: ${found}`,
    hint: keyWanted(metadata),
    file: path,
  };
}

/** Names that every shell and program accepts. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** MAX_ARG_STRLEN of Linux: 32 pages for the name, `=`, the value and the NUL behind it. More, and the child cannot start. */
const MAX_VARIABLE_BYTES = 131_072;

/** How a value reads as an environment variable. Where sops would print it in another form, it is refused. */
const AS_TEXT: Readonly<Record<Scalar['kind'], ((text: string) => string) | null>> = {
  str: (text) => text,
  int: (text) => text,
  bool: (text) => text.toLowerCase(),
  float: null,
  time: null,
  null: null,
};

/** The text that a scalar is for whoever wants text; null where programs would print it in different ways. */
export function scalarText({ kind, text }: Scalar): string | null {
  return AS_TEXT[kind]?.(text) ?? null;
}

/**
 * The top-level values of an opened file, to pass to a child as environment.
 * @returns problems of code `not-a-variable`, each at its key, for names and values that an environment cannot hold
 */
export function openValues({ tree, at }: Reading): Checked<ReadonlyMap<string, Secret>> {
  const values = new Map<string, Secret>();
  const problems: Problem[] = [];
  for (const entry of tree.flatMap((document) => document.items)) {
    if (entry.kind === 'comment') continue;
    const text = variableText(entry);
    if (typeof text === 'string') values.set(entry.key, secret(text));
    else problems.push(notAVariable(entry.key, text.fault, at(entry)));
  }
  return checked<ReadonlyMap<string, Secret>>(values, problems);
}

function variableText({ key, value }: Entry): string | { readonly fault: string } {
  if (!VARIABLE.test(key)) return { fault: 'its name has characters that no variable has' };
  if (!isScalar(value)) return { fault: 'it is a list or a mapping' };
  const text = scalarText(value);
  if (text === null) return { fault: `it is of type ${value.kind}: put it in quotes` };
  if (text.includes('\0')) return { fault: 'it holds a NUL character' };
  const bytes = Buffer.byteLength(`${key}=${text}\0`);
  return bytes > MAX_VARIABLE_BYTES
    ? { fault: `it is too large: Linux passes ${MAX_VARIABLE_BYTES} bytes at most` }
    : text;
}

function notAVariable(key: string, fault: string, at: At): Problem {
  const message = `${key} cannot be an environment variable: ${fault}`;
  return { code: 'not-a-variable', severity: 'error', message, hint: 'rename it, or store it another way', ...at };
}
