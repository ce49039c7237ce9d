/** A SOPS file as text: taking it apart, and putting it together. */
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { utf8 } from '../utf8.ts';
import { emit } from '../yaml/emit.ts';
import { damage, METADATA_KEY, readMetadata, writeMetadata, type Metadata, type ReadMetadata } from './metadata.ts';
import { readYaml, type Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';
import { sameTree, valueOf, type Mapping, type Tree } from '../tree/tree.ts';

/** A sealed file as it stands on disk. */
export interface SealedFile {
  /** Without the metadata; its encrypted leaves are the texts `ENC[…]`. */
  readonly tree: Tree;
  readonly metadata: ReadMetadata;
  /** Where something stands in the file. */
  readonly at: Reading['at'];
}

/** @returns problems: `not-sealed` when nothing in it is of sops, `sealed-damaged` when it does not hold together */
export function readSealed(file: SourceFile): Checked<SealedFile> {
  const reading = readYaml(file);
  if (!reading.ok) return refused(unreadable(file, reading.problems));
  const { tree, at } = reading.value;
  const [raw, ...others] = tree.map((document) => valueOf(document, METADATA_KEY));
  if (raw?.kind !== 'mapping') return refused(foreign(file, { file: file.path }, 'its sops metadata is gone'));
  // sops looks at the first document only; whatever another one says was not written by it.
  if (others.some((other) => other?.kind !== 'mapping' || !sameTree([other], [raw]))) {
    return refused(damage(at(raw), 'its documents name different sops metadata'));
  }
  const metadata = readMetadata(raw, at(raw));
  return metadata.ok ? checked({ tree: tree.map(withoutMetadata), metadata: metadata.value, at }) : metadata;
}

function unreadable(file: SourceFile, [first]: readonly Problem[]): Problem {
  const { line = 1, column = 1, message = '' } = first ?? {};
  const at: At = { file: file.path, line, column };
  return isInConflict(file) ? damage(at, 'a merge conflict stands in it') : foreign(file, at, message);
}

function isInConflict({ bytes }: SourceFile): boolean {
  return /^<{7} /m.test(utf8(bytes) ?? '');
}

/** Ciphertext tells a sealed file that was damaged from one that never was one. */
function foreign(file: SourceFile, at: At, what: string): Problem {
  return (utf8(file.bytes) ?? '').includes('ENC[AES256_GCM,') ? damage(at, what) : notSealed(file.path);
}

function notSealed(file: string): Problem {
  return {
    code: 'not-sealed',
    severity: 'error',
    message: `${file} is not encrypted by sops`,
    hint: `move it away, or encrypt it: \`nigari secrets encrypt ${file}\``,
    file,
  };
}

function withoutMetadata(document: Mapping): Mapping {
  return { ...document, items: document.items.filter((item) => item.kind === 'comment' || item.key !== METADATA_KEY) };
}

/** The bytes of a sealed file: every document with the metadata as its last key. */
export function sealedBytes(tree: Tree, metadata: Metadata, old: Mapping | null, indent: number): Uint8Array {
  const entry = { kind: 'entry', key: METADATA_KEY, value: writeMetadata(metadata, old) } as const;
  const documents = tree.map((document): Mapping => ({ ...document, items: [...document.items, entry] }));
  return Buffer.from(emit(documents, indent));
}
