/** The real git, without the configuration of this machine. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { NIGARI_BIN } from './project.ts';

const IDENTITY = ['user.name=t', 'user.email=t@example.test', 'init.defaultBranch=main', 'core.pager=cat'];

export interface GitRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git in a folder, whatever comes of it. */
export function tryGit(cwd: string, ...args: string[]): GitRun {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: cwd, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', NO_COLOR: '1' };
  return spawnSync('git', [...IDENTITY.flatMap((set) => ['-c', set]), ...args], { cwd, env, encoding: 'utf8' });
}

/** Runs git in a folder. @returns stdout @throws Error when it fails */
export function git(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = tryGit(cwd, ...args);
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Makes a repository of a folder, with all that is in it committed. */
export function repository(folder: string): string {
  git(folder, 'init', '--quiet');
  commit(folder, 'start');
  return folder;
}

export function commit(folder: string, message: string): void {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', message);
}

/** How git calls the nigari of this checkout. */
export const NIGARI_CALL = `'${process.execPath}' '${NIGARI_BIN}'`;
