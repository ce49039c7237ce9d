/** Sealed files × what is on disk → changes. Nothing that we did not make is ever overwritten unasked. */
import { checked, type Checked, type Problem } from '../problem.ts';
import type { Change, Disk, DiskFile, Sealed } from '../types.ts';

export interface CompareOptions {
  /** `--force`: what stands in the way is overwritten. */
  readonly force: boolean;
  /** Whether a file on disk starts with our header line. */
  readonly isGenerated: (bytes: Uint8Array) => boolean;
  /** False where the file system keeps no executable bit (Windows); as git's `core.fileMode`. */
  readonly fileMode?: boolean;
}

/**
 * One change per sealed file, sorted by path.
 * @param disk holds at least what is there at those paths
 * @returns the changes, or one `foreign-file` for each file in the way that is not ours
 */
export function compare(sealed: readonly Sealed[], disk: Disk, options: CompareOptions): Checked<readonly Change[]> {
  const inOrder = sealed.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const changes = inOrder.map((file) => changeOf(file, disk.get(file.path), options));
  const foreign = inOrder.filter((file, index) => changes[index]?.kind === 'update' && isForeign(file, disk, options));
  return checked(changes, foreign.map(foreignFile));
}

function changeOf(sealed: Sealed, now: DiskFile | undefined, { fileMode = true }: CompareOptions): Change {
  const { path } = sealed;
  if (now === undefined) return { kind: 'create', path, sealed };
  const sameMode = !fileMode || now.executable === sealed.executable;
  return sameMode && isSameText(sealed.bytes, now.bytes) ? { kind: 'keep', path } : { kind: 'update', path, sealed };
}

/** Ours is what has our header line, what is sealed where we seal, and what has the text that we would write. */
function isForeign(sealed: Sealed, disk: Disk, { force, isGenerated }: CompareOptions): boolean {
  const now = disk.get(sealed.path);
  if (force || now === undefined || isGenerated(now.bytes)) return false;
  return !(sealed.secret && isSealed(now.bytes)) && !isSameText(sealed.bytes, now.bytes);
}

/** Git may have changed line ends on checkout: that is no edit. Bytes that are no text are compared as they are. */
function isSameText(one: Uint8Array, other: Uint8Array): boolean {
  if (Buffer.compare(one, other) === 0) return true;
  if (one.includes(0) || other.includes(0)) return false;
  return Buffer.compare(withoutReturns(one), withoutReturns(other)) === 0;
}

function withoutReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, index) => byte !== 13 || bytes[index + 1] !== 10);
}

/** SOPS writes its metadata, the MAC among them, under the top-level key `sops`. */
export function isSealed(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return /^(sops:|\s*"sops": ?\{)/m.test(text) && /^[ \t]+"?mac"?: ?["']?ENC\[/m.test(text);
}

const foreignFile = ({ path, template }: Sealed): Problem => ({
  code: 'foreign-file',
  severity: 'error',
  file: path,
  message: `${path} is there, and nigari did not make it`,
  hint: [
    'nothing was written. Three ways on:',
    `move it away:       mv ${path} ${path}.old`,
    `keep what it says:  make it your own template, ${template}`,
    'overwrite it:       nigari configure --force',
  ].join('\n'),
});
