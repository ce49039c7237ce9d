/** What git says about the project. Without git, or outside of a work tree, there is nothing to say. */
import type { Command, SourceFile } from '../types.ts';
import { run } from './processes.ts';

/** A work tree; paths are relative to the root that it was opened at. */
export interface WorkTree {
  /** The files that git tracks, of those given or, with none, all below the root. */
  readonly tracked: (paths?: readonly string[]) => Promise<readonly string[]>;
  /** Those of the given paths that an ignore rule covers and that are not tracked. */
  readonly ignored: (paths: readonly string[]) => Promise<ReadonlySet<string>>;
  /** The files below the root that are in conflict. */
  readonly unmerged: () => Promise<readonly string[]>;
  /** A text file as a revision has it, or the index (`:1`, `:2`, `:3`: base, ours, theirs of a conflict); null where it is not. */
  readonly show: (revision: string, path: string) => Promise<SourceFile | null>;
}

/**
 * @param git path of the program, null when there is none
 * @param root absolute path of the project
 * @returns null without git, and where git does not see a work tree that it trusts
 */
export async function openWorkTree(git: string | null, root: string): Promise<WorkTree | null> {
  if (git === null) return null;
  const inside = await run(gitCommand(git, root, ['rev-parse', '--is-inside-work-tree']));
  if (!inside.ok || inside.value.stdout.trim() !== 'true') return null;
  return {
    tracked: (paths = []) => tracked(git, root, paths),
    ignored: (paths) => ignored(git, root, paths),
    unmerged: () => unmerged(git, root),
    show: (revision, path) => show(git, root, revision, path),
  };
}

/** The first line of what git answers; null when it fails. */
export async function askGit(git: string, root: string, args: readonly string[]): Promise<string | null> {
  const ended = await run(gitCommand(git, root, args));
  return ended.ok && ended.value.exitCode === 0 ? (ended.value.stdout.split('\n')[0] ?? '') : null;
}

/** A question takes no lock, and starts no program that the repository's own configuration names. */
export function gitCommand(git: string, root: string, args: readonly string[], stdin?: string): Command {
  const safe = ['-c', 'core.fsmonitor=false'];
  const env = { GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  return { file: git, args: [...safe, ...args], cwd: root, env, ...(stdin === undefined ? {} : { stdin }) };
}

async function tracked(git: string, root: string, paths: readonly string[]): Promise<readonly string[]> {
  return names(await run(gitCommand(git, root, ['--literal-pathspecs', 'ls-files', '-z', '--', ...paths])));
}

async function ignored(git: string, root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const stdin = paths.map((path) => `${path}\0`).join('');
  return new Set(names(await run(gitCommand(git, root, ['check-ignore', '-z', '--stdin'], stdin))));
}

/** Lines of `ls-files` are `<mode> <object> <stage>\t<path>`, one for each side. */
async function unmerged(git: string, root: string): Promise<readonly string[]> {
  const lines = names(await run(gitCommand(git, root, ['ls-files', '--unmerged', '-z'])));
  return [...new Set(lines.map((line) => line.slice(line.indexOf('\t') + 1)))];
}

/** As it is in the repository: `git show` would pass it through the very programs that ask here. */
async function show(git: string, root: string, revision: string, path: string): Promise<SourceFile | null> {
  const ended = await run(gitCommand(git, root, ['cat-file', 'blob', `${revision}:./${path}`]));
  return ended.ok && ended.value.exitCode === 0 ? { path, bytes: Buffer.from(ended.value.stdout) } : null;
}

function names(ended: Awaited<ReturnType<typeof run>>): readonly string[] {
  return ended.ok ? ended.value.stdout.split('\0').filter((name) => name !== '') : [];
}
