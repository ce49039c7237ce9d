/**
 * `.nigari/manifest.json`: what nigari made, so that it knows its own files again, sees what was edited by hand, and can take
 * away what nothing makes any more. Committed with the files that it lists. It holds hashes of what was written, ciphertext
 * where that is sealed, and of no clear text that is not public.
 */
import { createHash } from 'node:crypto';
import { pathFault } from '../render/path-fault.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Change, Disk, Sealed, SourceFile } from '../types.ts';

export const MANIFEST_FILE = '.nigari/manifest.json';

/** Raised when an older nigari could not read what this one writes. */
const SCHEMA = 1;

/** One generated file as it was written. */
export interface Made {
  /** Of the bytes, with `\n` for `\r\n` where they are text: git may change that. */
  readonly sha256: string;
  readonly template: string;
}

export interface Manifest {
  /** Version of the nigari that wrote it. */
  readonly nigari: string;
  readonly files: ReadonlyMap<string, Made>;
}

/** Lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(withoutReturns(bytes)).digest('hex');
}

/** Git may have changed line ends on checkout: that is no edit. Bytes that are no text stay as they are. */
export function withoutReturns(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(0) || !bytes.includes(13)) return bytes;
  return bytes.filter((byte, index) => byte !== 13 || bytes[index + 1] !== 10);
}

/**
 * @returns null when there is none, or none that can be read (a warning `manifest-damaged`): then nigari knows its files by
 *   their first line; refused is one of a newer nigari (`manifest-newer`)
 */
export function readManifest(file: SourceFile | null): Checked<Manifest | null> {
  if (file === null) return checked(null);
  const found = parsed(file);
  if (found === null) return checked(null, [damaged]);
  if (found.schema > SCHEMA) return refused(newer(found.nigari));
  return checked({ nigari: found.nigari, files: new Map(found.files) });
}

interface Written {
  readonly schema: number;
  readonly nigari: string;
  readonly files: readonly (readonly [string, Made])[];
}

function parsed({ bytes }: SourceFile): Written | null {
  const value = json(new TextDecoder().decode(bytes));
  if (!isMapping(value) || typeof value['schema'] !== 'number' || typeof value['nigari'] !== 'string') return null;
  const { schema, nigari, files } = value;
  if (schema > SCHEMA) return { schema, nigari, files: [] };
  const entries = isMapping(files) ? Object.entries(files).filter(([path]) => path !== LAST) : null;
  return entries?.every(isMade) ? { schema, nigari, files: entries } : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path that nigari would never write is no work of ours, whoever put it there. */
function isMade(entry: [string, unknown]): entry is [string, Made] {
  const [path, made] = entry;
  if (pathFault(path) !== null) return false;
  return isMapping(made) && /^[0-9a-f]{64}$/.test(String(made['sha256'])) && typeof made['template'] === 'string';
}

/** Sorts behind every path, so that no other line ever gains or loses its comma. */
const LAST = '~';
const WHY = 'one line a file, sorted: git can merge this';

/** Sorted, a line a file: two branches that make different files merge without a hand. */
export function manifestText({ nigari, files }: Manifest): string {
  const byPath = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = byPath.map(([path, { sha256, template }]) => {
    const made = `{ "sha256": ${JSON.stringify(sha256)}, "template": ${JSON.stringify(template)} }`;
    return `    ${JSON.stringify(path)}: ${made},\n`;
  });
  const head = `{\n  "schema": ${SCHEMA},\n  "nigari": ${JSON.stringify(nigari)},\n  "files": {\n`;
  return `${head}${lines.join('')}    ${JSON.stringify(LAST)}: ${JSON.stringify(WHY)}\n  }\n}\n`;
}

/**
 * The manifest after a run.
 * @param old before it
 * @param disk as compared
 */
export function nextManifest(
  old: Manifest | null,
  sealed: readonly Sealed[],
  changes: readonly Change[],
  { nigari, disk }: { readonly nigari: string; readonly disk: Disk },
): Manifest {
  const files = new Map(old?.files ?? []);
  for (const { kind, path } of changes) if (kind === 'delete') files.delete(path);
  for (const path of files.keys()) if (!disk.has(path)) files.delete(path);
  const edited = (file: Sealed): boolean => isKeptEdit(file, changes, disk);
  for (const file of sealed)
    if (!edited(file)) files.set(file.path, { sha256: hashOf(file.bytes), template: file.template });
  return { nigari, files };
}

/** Of a file that was kept as somebody edited it the manifest still tells what nigari wrote. */
function isKeptEdit({ path, bytes }: Sealed, changes: readonly Change[], disk: Disk): boolean {
  const now = disk.get(path);
  const isKept = changes.some((change) => change.path === path && change.kind === 'keep');
  return isKept && now !== undefined && hashOf(now.bytes) !== hashOf(bytes);
}

const damaged: Problem = {
  code: 'manifest-damaged',
  severity: 'warning',
  file: MANIFEST_FILE,
  message: `${MANIFEST_FILE} cannot be read: generated files are known by their first line alone`,
  hint: 'nothing is to be done: this run writes it anew; after a merge conflict in it take either side',
};

const newer = (version: string): Problem => ({
  code: 'manifest-newer',
  severity: 'error',
  file: MANIFEST_FILE,
  message: `${MANIFEST_FILE} was written by nigari ${version}, which is newer than this one`,
  hint: 'install that version, or a later one',
});
