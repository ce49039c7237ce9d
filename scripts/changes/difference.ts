/** What a change does to a file, as `diff -u` and git tell it. */
import { structuredPatch } from 'diff';
import type { Difference } from '../secrets/versions/differences.ts';
import type { Change, Disk, DiskFile } from '../types.ts';
import { withoutReturns } from './manifest.ts';

/** Lines that stand together; each begins with ` `, `-` or `+`, or is `\ No newline at end of file`. Lines count from 1. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

/** What differs in a file. */
export type Content =
  | { readonly of: 'lines'; readonly added: number; readonly removed: number; readonly hunks: readonly Hunk[] }
  /** Of a sealed file the names alone; not `opened` where no key here opens what is there. */
  | { readonly of: 'keys'; readonly opened: boolean; readonly differences: readonly Difference[] }
  | { readonly of: 'nothing shown'; readonly why: string };

/** One file that would be another. */
export interface FileDifference {
  readonly kind: 'create' | 'update' | 'delete';
  readonly path: string;
  /** Whether it may be executed; null where there is no file. */
  readonly executable: { readonly old: boolean | null; readonly now: boolean | null };
  readonly content: Content;
}

/** The difference of a change; how its content differs is another question for sealed files than for others. */
export function differenceOf(change: Change, disk: Disk, content: Content): FileDifference | null {
  if (change.kind === 'keep') return null;
  const { kind, path } = change;
  const now = 'sealed' in change ? change.sealed.executable : null;
  return { kind, path, executable: { old: disk.get(path)?.executable ?? null, now }, content };
}

/** Lines around each change, as `diff -u` has them. */
const CONTEXT = 3;

/** More changed lines than a person reads, in a time that nobody notices; it bounds what two strange files cost. */
const MOST_EDITS = 2000;

/**
 * What differs in the lines of a public file. Line ends that git changed do not count.
 * @param mask hides in each line what must not be shown: what is on disk may hold what somebody wrote there
 */
export function lineContent(
  old: Pick<DiskFile, 'bytes'> | undefined,
  now: Pick<DiskFile, 'bytes'> | undefined,
  mask: (line: string) => string,
): Content {
  const [before, after] = [textOf(old), textOf(now)];
  if (before === null || after === null) return { of: 'nothing shown', why: 'it is no text' };
  const hunks = before === '' || after === '' ? wholeHunk(before, after) : changedHunks(before, after);
  if (hunks === null) return { of: 'nothing shown', why: `more than ${MOST_EDITS} lines differ` };
  const masked = hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(mask) }));
  const count = (sign: string): number => hunks.flatMap(({ lines }) => lines.filter((line) => line[0] === sign)).length;
  return { of: 'lines', added: count('+'), removed: count('-'), hunks: masked };
}

/** @returns nothing for a file that is not there, null for one that is no text */
function textOf(file: Pick<DiskFile, 'bytes'> | undefined): string | null {
  if (file === undefined) return '';
  if (file.bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(withoutReturns(file.bytes));
  } catch {
    return null;
  }
}

function changedHunks(before: string, after: string): readonly Hunk[] | null {
  const options = { context: CONTEXT, maxEditLength: MOST_EDITS };
  return structuredPatch('', '', before, after, undefined, undefined, options)?.hunks ?? null;
}

/** All of a file comes or goes: nothing is to be searched for. */
function wholeHunk(before: string, after: string): readonly Hunk[] {
  const [gone, come] = [signed('-', before), signed('+', after)];
  if (gone.count + come.count === 0) return [];
  const lines = [...gone.lines, ...come.lines];
  const [oldStart, newStart] = [Math.min(gone.count, 1), Math.min(come.count, 1)];
  return [{ oldStart, oldLines: gone.count, newStart, newLines: come.count, lines }];
}

function signed(sign: '-' | '+', text: string): { readonly count: number; readonly lines: readonly string[] } {
  const parts = text.split('\n');
  const isEnded = parts.at(-1) === '';
  const lines = parts.slice(0, isEnded ? -1 : undefined).map((line) => sign + line);
  return { count: lines.length, lines: isEnded ? lines : [...lines, '\\ No newline at end of file'] };
}
