/** What a run found on disk, and whether that is still so; by looking, and by reading only where looking is not enough. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';

/** A file, a folder by the names in it, or that nothing is there. */
export interface Observed {
  /** Absolute. */
  readonly path: string;
  /** Kind, mode, owner and size, and where a link leads: what must be the same in any case. */
  readonly shape: string;
  /** Which file it is, and when it changed: as long as that is the same, so is what is in it. */
  readonly stamp: string;
  /** When it changed last, in milliseconds. */
  readonly changed: number;
  /** SHA-256, hex, of its bytes or names; null where that would take too long: then the stamp alone tells. */
  readonly content: string | null;
}

/** Nothing that nigari reads as text is larger. */
const MOST_BYTES = 4n << 20n;

/** @throws what the system refuses, and for what is neither file nor folder */
export function observe(path: string): Observed {
  const { found, ...look } = lookAt(path);
  return { path, ...look, content: found === undefined ? '' : contentOf(path, found) };
}

/** A folder, and all that is below it; links are not followed. */
export function observeAll(folder: string): readonly Observed[] {
  const top = observe(folder);
  if (top.shape === 'missing') return [top];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
  return [top, ...paths.toSorted().map(observe)];
}

/**
 * How long after a change another one may have the same time: two seconds on the coarsest file systems. What changed so
 * shortly before it was observed is read again, as git does for its index.
 */
const COARSEST_MS = 2000;

/**
 * Whether there is still what was observed.
 * @param taken when that was, in milliseconds
 * @param hide what was done to the contents before they were kept
 */
export function isAsObserved(known: Observed, taken: number, hide: (content: string) => string): boolean {
  const { found, shape, stamp } = lookAt(known.path);
  if (shape !== known.shape) return false;
  if (found === undefined) return true;
  if (stamp === known.stamp && known.changed < taken - COARSEST_MS) return true;
  const content = contentOf(known.path, found);
  return content === null ? stamp === known.stamp : known.content === hide(content);
}

interface Look extends Pick<Observed, 'shape' | 'stamp' | 'changed'> {
  /** What is there, behind the link if it is one. */
  readonly found: BigIntStats | undefined;
}

const LOOKING = { bigint: true, throwIfNoEntry: false } as const;

function lookAt(path: string): Look {
  const own = lstatSync(path, LOOKING);
  const found = own?.isSymbolicLink() ? statSync(path, LOOKING) : own;
  if (own === undefined || found === undefined) return { found: undefined, shape: 'missing', stamp: '', changed: 0 };
  const link = own === found ? '' : `${readlinkSync(path)} `;
  const { dev, ino, mode, uid, size, mtimeNs, ctimeNs, ctimeMs } = found;
  // Of a folder the size says nothing of its own.
  const shape = `${link}${mode} ${uid} ${found.isDirectory() ? '' : size}`;
  return { found, shape, stamp: `${dev} ${ino} ${mtimeNs} ${ctimeNs}`, changed: Number(ctimeMs) };
}

function contentOf(path: string, found: BigIntStats): string | null {
  if (found.isDirectory()) return hashOfContent(readdirSync(path).toSorted().join('\0'));
  if (!found.isFile()) throw new Error(`${path} is neither a file nor a folder`);
  return found.size > MOST_BYTES ? null : hashOfContent(readFileSync(path));
}

/** As in `Observed.content`. */
export const hashOfContent = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
