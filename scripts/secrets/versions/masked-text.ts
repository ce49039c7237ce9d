/** A sealed file as a text that shows which values are the same as before and which are not, and nothing else of them. */
import { createHash, createHmac } from 'node:crypto';
import { looksEncrypted } from '../sops/cipher.ts';
import { selectsOf } from '../sops/encryption.ts';
import { METADATA_KEY } from '../sops/metadata.ts';
import type { SealedFile } from '../sops/sealed.ts';
import type { Comment, Entry, Mapping, Scalar, Tree, Value } from '../tree/tree.ts';
import type { Unlocked } from '../unlock.ts';
import { mapLeaves, type Place } from '../tree/walk.ts';
import { emit } from '../yaml/emit.ts';

/** Enough to tell values apart; a digest of a secret that nobody has the key of says nothing about it. */
const DIGEST_CHARS = 12;

/**
 * The rendering that git compares (`textconv`). In the place of a value stands its digest, which is keyed by the file's
 * data key: it stays while the value stays, is another one elsewhere, and cannot be found by guessing. Recipients and
 * rule are shown; when the file was sealed is not.
 * @param opened null where no key opens the file: then the digest is that of the ciphertext
 */
export function maskedText(file: SealedFile, opened: Pick<Unlocked, 'tree' | 'dataKey'> | null): string {
  const tree = opened === null ? maskCiphertext(file.tree) : maskOpened(file, opened);
  const [first = EMPTY, ...others] = tree;
  return emit([{ ...first, items: [...first.items, entry(METADATA_KEY, metadataOf(file))] }, ...others]);
}

const EMPTY: Mapping = { kind: 'mapping', items: [] };

function maskOpened({ metadata }: SealedFile, { tree, dataKey }: Pick<Unlocked, 'tree' | 'dataKey'>): Tree {
  const selects = selectsOf(metadata.selector);
  const key = createHmac('sha256', dataKey).update('nigari: digests of values').digest();
  const digest = ({ kind, text }: Scalar | Comment, { keys }: Place): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([keys, kind, text]))
      .digest('hex');
  return mapLeaves(tree, (leaf, place) => {
    const isSealed = leaf.kind !== 'null' && leaf.text !== '' && selects(place, leaf.kind === 'comment');
    return isSealed ? masked(leaf, digest(leaf, place)) : leaf;
  });
}

function maskCiphertext(tree: Tree): Tree {
  return mapLeaves(tree, (leaf) =>
    looksEncrypted(leaf.text) ? masked(leaf, createHash('sha256').update(leaf.text).digest('hex')) : leaf,
  );
}

function masked(leaf: Scalar | Comment, digest: string): Scalar | Comment {
  const shown = digest.slice(0, DIGEST_CHARS);
  return leaf.kind === 'comment' ? { ...leaf, text: ` <${shown}>` } : text(`<${shown}>`);
}

function metadataOf({ metadata: { blocks, selector, macOnlyEncrypted } }: SealedFile): Mapping {
  const recipients = { kind: 'list', items: blocks.map(({ recipient }) => text(recipient)) } as const;
  const rule = [
    ...(macOnlyEncrypted ? [entry('mac_only_encrypted', { kind: 'bool', text: 'True' })] : []),
    entry(selector.kind, text(selector.text)),
  ];
  return { kind: 'mapping', items: [entry('age', recipients), ...rule] };
}

function entry(key: string, value: Value): Entry {
  return { kind: 'entry', key, value };
}

function text(content: string): Scalar {
  return { kind: 'str', text: content };
}
