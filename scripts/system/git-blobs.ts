/** Which files git is to take, has, or got in a range of commits; and what is in them. Never what lies in the work tree. */
import { posix } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { gitCommand } from './git.ts';
import { objectReader, type ObjectSink } from './git-objects.ts';
import { run } from './processes.ts';

/** A file in git. */
export interface Blob {
  /** Relative to the project; files of the repository above it start with `../`. */
  readonly path: string;
  readonly id: string;
}

/** `staged`: what the next commit adds or changes; `tracked`: all of the index; `range`: what each commit of `A..B` does. */
export type Which = { readonly which: 'staged' | 'tracked' } | { readonly which: 'range'; readonly range: string };

/** A repository, seen from the project. */
export interface Repository {
  /** A file that is a link counts by what it points to, as text; a submodule does not count. */
  readonly blobs: (which: Which) => Promise<Checked<readonly Blob[]>>;
  /** Hands over the contents of each, in order. */
  readonly read: (blobs: readonly Blob[], sinkFor: (blob: Blob) => ObjectSink) => Promise<Checked<true>>;
  /** Those for which `.gitattributes`, as it is in the index, says `-<attribute>`. */
  readonly without: (attribute: string, blobs: readonly Blob[]) => Promise<Checked<ReadonlySet<string>>>;
}

/** @param git path of the program @param root absolute path of the project, in a work tree */
export async function openRepository(git: string, root: string): Promise<Checked<Repository>> {
  const ask: Ask = (args, stdin) => askGit(git, root, args, stdin);
  const prefix = await ask(['rev-parse', '--show-prefix']);
  if (!prefix.ok) return prefix;
  const folder = prefix.value.replace(/\n$/, '');
  const fromHere = (path: string): string => posix.relative(`/${folder}`, `/${path}`);
  return checked({
    blobs: async (which) => {
      const blobs = await LIST[which.which](ask, which);
      return blobs.ok ? checked(blobs.value.map(({ path, id }) => ({ path: fromHere(path), id }))) : blobs;
    },
    read: (blobs, sinkFor) => read(git, root, blobs, sinkFor),
    without: (attribute, blobs) => without(ask, attribute, blobs),
  });
}

/** What git answers, or why it does not. */
type Ask = (args: readonly string[], stdin?: string) => Promise<Checked<string>>;

async function askGit(git: string, root: string, args: readonly string[], stdin?: string): Promise<Checked<string>> {
  const ended = await run(gitCommand(git, root, args, stdin));
  if (!ended.ok) return ended;
  const { exitCode, stdout, stderr } = ended.value;
  return exitCode === 0 ? checked(stdout) : refused(gitFailed(args, exitCode, stderr));
}

function gitFailed([verb = '']: readonly string[], exitCode: number, stderr: string): Problem {
  const said = stderr.trim().split('\n')[0] ?? '';
  const message = `git ${verb} ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
  return { code: 'git-failed', severity: 'error', message, hint: 'mend what git says, then run this again' };
}

const LIST: Readonly<Record<Which['which'], (ask: Ask, which: Which) => Promise<Checked<readonly Blob[]>>>> = {
  staged,
  tracked,
  range: async (ask, which) => added(ask, 'range' in which ? which.range : ''),
};

/** Plumbing: no setting of the user's changes what these print. */
const RAW = ['-r', '--raw', '-z', '--no-renames', '--no-abbrev'];

async function staged(ask: Ask): Promise<Checked<readonly Blob[]>> {
  const head = await ask(['rev-parse', '--verify', '--quiet', 'HEAD']);
  // Before the first commit everything is new: compared with the tree of nothing.
  const base = head.ok ? head : await ask(['hash-object', '-t', 'tree', '--stdin'], '');
  if (!base.ok) return base;
  const changes = await ask(['diff-index', '--cached', ...RAW, base.value.trim(), '--']);
  return changes.ok ? checked(changedBlobs(changes.value)) : changes;
}

/** Commit by commit: what one of them brings and the next one takes away stays in the history. */
async function added(ask: Ask, range: string): Promise<Checked<readonly Blob[]>> {
  const commits = await ask(['rev-list', '--end-of-options', range, '--']);
  if (!commits.ok) return refused(unknownRange(range));
  const changes = await ask(['diff-tree', '--stdin', '--root', '-c', '--no-commit-id', ...RAW], commits.value);
  if (!changes.ok) return changes;
  const byPlace = new Map(changedBlobs(changes.value).map((blob) => [`${blob.id} ${blob.path}`, blob]));
  return checked([...byPlace.values()]);
}

const unknownRange = (range: string): Problem => ({
  code: 'range-unknown',
  severity: 'error',
  message: `git does not know the range of commits ${range}`,
  hint: 'write it as A..B; in CI fetch the whole history first (GitHub: fetch-depth: 0, GitLab: GIT_DEPTH: 0)',
});

async function tracked(ask: Ask): Promise<Checked<readonly Blob[]>> {
  const index = await ask(['ls-files', '--stage', '-z', '--full-name', '--', ':/']);
  if (!index.ok) return index;
  const entries = index.value.split('\0').map((entry) => /^(?<mode>\d+) (?<id>\S+) \d\t(?<path>[^]+)$/.exec(entry));
  return checked(entries.flatMap((entry) => blobOf(entry?.groups)));
}

/**
 * Of `:<old mode> <mode> <old id> <id> <status>`, NUL, path, NUL; a merge has an old mode and an old id for each parent, and
 * as many colons (https://git-scm.com/docs/git-diff-tree, "Raw output format").
 */
function changedBlobs(raw: string): readonly Blob[] {
  const parts = raw.split('\0');
  return parts.flatMap((part, index) => {
    const colons = /^:+/.exec(part)?.[0].length;
    if (colons === undefined || index % 2 === 1) return [];
    const fields = part.slice(colons).split(' ');
    return blobOf({ mode: fields[colons] ?? '', id: fields[2 * colons + 1] ?? '', path: parts[index + 1] ?? '' });
  });
}

/** A submodule is a commit, and a file that is gone or in conflict has an id of zeros: there is nothing to read. */
function blobOf({ mode = '', id = '', path = '' }: Readonly<Record<string, string>> = {}): readonly Blob[] {
  return mode === '160000' || /^0*$/.test(id) ? [] : [{ path, id }];
}

async function read(
  git: string,
  root: string,
  blobs: readonly Blob[],
  sinkFor: (blob: Blob) => ObjectSink,
): Promise<Checked<true>> {
  if (blobs.length === 0) return checked(true as const);
  let asked = 0;
  const take = objectReader(() => sinkFor(blobs[asked++] as Blob));
  const ids = blobs.map(({ id }) => `${id}\n`).join('');
  const args = ['cat-file', '--batch', '--buffer'];
  const ended = await run(gitCommand(git, root, args, ids), { take });
  if (!ended.ok) return ended;
  // Fewer than were asked for: whatever was not seen may hold anything.
  return ended.value.exitCode === 0 && asked === blobs.length
    ? checked(true as const)
    : refused(gitFailed(args, ended.value.exitCode, ''));
}

async function without(ask: Ask, attribute: string, blobs: readonly Blob[]): Promise<Checked<ReadonlySet<string>>> {
  const paths = blobs.map(({ path }) => `${path}\0`).join('');
  const answer = await ask(['check-attr', '--cached', '-z', '--stdin', attribute], paths);
  if (!answer.ok) return answer;
  const fields = answer.value.split('\0');
  return checked(new Set(fields.filter((_, index) => index % 3 === 0 && fields[index + 2] === 'unset')));
}
