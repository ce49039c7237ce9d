/**
 * `.nigari/manifest.json`: what nigari made, so that it knows its own files again, sees what was edited by hand, and can take
 * away what nothing makes any more. Committed with the files that it lists. It holds hashes of what was written, ciphertext
 * where that is sealed, and of no clear text that is not public.
 */
import { createHash } from 'node:crypto';
import { pathFault } from '../render/path-fault.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Change, Disk, Sealed, SourceFile } from '../types.ts';
import { entriesOf, sectionText } from './manifest-section.ts';
import { renderedIn, renderedText, type Rendered } from './manifest-instances.ts';
import { isMapping } from '../config/mapping.ts';

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
  /** By directory: what was rendered last of each instance. */
  readonly instances: ReadonlyMap<string, Rendered>;
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
  return checked(found.manifest);
}

interface Written {
  readonly schema: number;
  readonly nigari: string;
  readonly manifest: Manifest;
}

function parsed({ bytes }: SourceFile): Written | null {
  const value = json(new TextDecoder().decode(bytes));
  if (!isMapping(value) || typeof value['schema'] !== 'number' || typeof value['nigari'] !== 'string') return null;
  const { schema, nigari } = value;
  const none = { nigari, files: new Map(), instances: new Map() };
  if (schema > SCHEMA) return { schema, nigari, manifest: none };
  const files = entriesOf(value['files']);
  const instances = renderedIn(value);
  if (instances === null || !files?.every(isMade)) return null;
  return { schema, nigari, manifest: { nigari, files: new Map(files), instances } };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** A path that nigari would never write is no work of ours, whoever put it there. */
function isMade(entry: [string, unknown]): entry is [string, Made] {
  const [path, made] = entry;
  if (pathFault(path) !== null) return false;
  return isMapping(made) && /^[0-9a-f]{64}$/.test(String(made['sha256'])) && typeof made['template'] === 'string';
}

/** Sorted, a line each: two branches that make different files, or change different machines, merge without a hand. */
export function manifestText({ nigari, files, instances }: Manifest): string {
  const made = [...files].map(([path, { sha256, template }]) => [path, { sha256, template }] as const);
  const sections = { files: sectionText(made), ...renderedText(instances) };
  const parts = Object.entries(sections).map(([name, text]) => `  ${JSON.stringify(name)}: ${text}`);
  return `{\n  "schema": ${SCHEMA},\n  "nigari": ${JSON.stringify(nigari)},\n${parts.join(',\n')}\n}\n`;
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
  { nigari, disk, instances }: Pick<Manifest, 'nigari' | 'instances'> & { readonly disk: Disk },
): Manifest {
  const files = new Map(old?.files ?? []);
  for (const { kind, path } of changes) if (kind === 'delete') files.delete(path);
  for (const path of files.keys()) if (!disk.has(path)) files.delete(path);
  const kept = new Set(changes.flatMap(({ kind, path }) => (kind === 'keep' ? [path] : [])));
  for (const file of sealed)
    if (!kept.has(file.path) || !isEdited(file, disk))
      files.set(file.path, { sha256: hashOf(file.bytes), template: file.template });
  return { nigari, files, instances };
}

/** Of a file that was kept as somebody edited it the manifest still tells what nigari wrote. */
function isEdited({ path, bytes }: Sealed, disk: Disk): boolean {
  const now = disk.get(path);
  return now !== undefined && hashOf(now.bytes) !== hashOf(bytes);
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
