/** What has to be done to put a file in place, found out before anything is written. */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { checked, distinct, refused, type Checked, type Problem } from '../problem.ts';
import { pathFault } from '../render/path-fault.ts';
import { inBatches } from './batches.ts';
import { confineFile, type Place } from './confine.ts';
import type { FilePort, Mode } from './files.ts';
import { ioProblem } from './io-problem.ts';

/** A file as it shall be, or null bytes where none shall be; `path` is relative to the root. */
export interface Wanted {
  readonly path: string;
  readonly bytes: Uint8Array | null;
  readonly executable: boolean;
  /** What was there when that was decided: what is there now must be the same. Not given: anything may be there. */
  readonly was?: Uint8Array | null;
}

/** What is needed to put one file in place, and to put its old text back. */
export interface Job {
  readonly path: string;
  /** Absolute, without symbolic links. */
  readonly target: string;
  readonly wanted: Text | null;
  readonly old: Text | null;
}

interface Text {
  readonly bytes: Uint8Array;
  readonly mode: Mode;
}

/** Looks at every target before anything is written, so that all that stands in the way is named at once. */
export async function prepare(
  wanted: readonly Wanted[],
  root: string,
  files: FilePort,
): Promise<Checked<readonly Job[]>> {
  const jobs = await inBatches(wanted, (file) => jobFor(file, root, files));
  const due = jobs.flatMap((job) => (job.ok && !isDone(job.value) ? [job.value] : []));
  return checked(due, distinct(jobs.flatMap(({ problems }) => problems)));
}

async function jobFor({ path, bytes, executable, was }: Wanted, root: string, files: FilePort): Promise<Checked<Job>> {
  const found = await confineFile(root, path, files);
  if (!found.ok) return found;
  const { file: target, is, mode } = found.value;
  const wanted = bytes === null ? null : { bytes, mode: modeOf(executable, found.value) };
  try {
    const isLink = wanted === null && (await files.lstat(join(root, path)))?.isSymbolicLink();
    if (isLink) return refused(linkInTheWay(path));
    const leadsTo = target === join(root, path) ? path : slashed(relative(await files.realpath(root), target));
    if (pathFault(path) === null && pathFault(leadsTo) !== null) return refused(leadsAstray(path, leadsTo));
    const old = is === 'file' ? { bytes: await files.read(target), mode: { bits: mode, exact: true } } : null;
    const isChanged = was !== undefined && !isSame(was, old?.bytes ?? null);
    return isChanged ? refused(changedMeanwhile(path)) : checked({ path, target, wanted, old });
  } catch (error) {
    return refused(ioProblem(error, 'read', path));
  }
}

const slashed = (path: string): string => path.split(sep).join('/');

/** A new file gets the usual bits; a replaced one keeps its own, but for the right to execute. */
function modeOf(executable: boolean, { is, mode }: Place): Mode {
  if (is === 'missing') return { bits: executable ? 0o755 : 0o644, exact: false };
  const whoReads = (mode & 0o444) >> 2;
  return { bits: executable ? mode | whoReads : mode & ~0o111, exact: true };
}

/** Windows has no executable bit: there the text decides alone. */
function isDone({ old, wanted }: Job): boolean {
  if (old === null || wanted === null) return old === wanted;
  if (Buffer.compare(old.bytes, wanted.bytes) !== 0) return false;
  return old.mode.bits === wanted.mode.bits || process.platform === 'win32';
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === null || other === null ? one === other : Buffer.compare(one, other) === 0;
}

const changedMeanwhile = (path: string): Problem => ({
  code: 'changed-meanwhile',
  severity: 'error',
  file: path,
  message: `${path} was changed by somebody else while nigari was at work: nothing was written`,
  hint: 'run the command again',
});

/** A path that a template may have must not lead to one that it may not: `x/HEAD`, where `x` is a link to `.git`. */
const leadsAstray = (path: string, leadsTo: string): Problem => ({
  code: 'link-in-the-way',
  severity: 'error',
  file: path,
  message: `${path} leads by a symbolic link to ${leadsTo}, which is not nigari's to write or remove`,
  hint: 'remove the link, or make a folder of it',
});

const linkInTheWay = (path: string): Problem => ({
  code: 'link-in-the-way',
  severity: 'error',
  file: path,
  message: `${path} is to be deleted, but is a symbolic link, which nigari did not make`,
  hint: `remove the link, or what it leads to as well: rm ${path}`,
});

/**
 * A name that OpenTofu and file lists pass over, and that no other run takes.
 * @param id as `newId` gives it
 * @param end `old` for a text that is to be put back
 */
export function temporaryFor(target: string, id: string, end: 'tmp' | 'old' = 'tmp'): string {
  return join(dirname(target), `.${basename(target)}.${id}.${end}`);
}

/** Twelve digits, in hex. */
export const newId = (): string => randomBytes(6).toString('hex');
