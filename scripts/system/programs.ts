/** Which other programs there are, in which version, and how to get them. Rendering and encrypting need none of them. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './processes.ts';

export type ProgramName = 'tofu' | 'talosctl' | 'sops' | 'age' | 'task' | 'git';

/** A program that was found. */
export interface Program {
  readonly name: ProgramName;
  /** Absolute path. */
  readonly path: string;
  /** `1.12.6`, null when it does not say. */
  readonly version: string | null;
}

interface About {
  readonly title: string;
  readonly versionArgs: readonly string[];
  /** The lowest version that is known to do, null when any does. */
  readonly wanted: string | null;
  /** One version that is not to be used, and what it does. */
  readonly flawed?: readonly [version: string, flaw: string];
  readonly purpose: string;
}

/** What each program is for; the versions are those that the formats and commands we use came with. */
export const PROGRAMS: Readonly<Record<ProgramName, About>> = {
  tofu: {
    title: 'OpenTofu',
    versionArgs: ['version', '-json'],
    wanted: '1.11.0',
    purpose: 'plans and applies what nigari generates',
  },
  talosctl: {
    title: 'talosctl',
    versionArgs: ['version', '--client', '--short'],
    wanted: null,
    purpose: 'takes machines from their first start to a cluster, and through its life',
  },
  sops: {
    title: 'SOPS',
    versionArgs: ['--version'],
    wanted: '3.10.0',
    // https://github.com/getsops/sops/issues/2243
    flawed: ['3.13.2', 'cannot read what it encrypts where a list has comments'],
    purpose: 'edits sealed files by hand',
  },
  age: { title: 'age', versionArgs: ['--version'], wanted: null, purpose: 'makes and converts keys by hand' },
  task: { title: 'Task', versionArgs: ['--version'], wanted: '3.0.0', purpose: 'runs the tasks of Taskfile.yml' },
  git: { title: 'Git', versionArgs: ['--version'], wanted: null, purpose: 'keeps the project' },
};

/**
 * Looks for programs on PATH; each is looked for once.
 * @param env whose PATH (and, on Windows, PATHEXT) counts
 * @returns a function that gives the program, or null when it is not there
 */
export function programFinder(
  env: Readonly<Record<string, string | undefined>> = process.env,
): (name: ProgramName) => Promise<Program | null> {
  const known = new Map<ProgramName, Promise<Program | null>>();
  return (name) => {
    const found = known.get(name) ?? findProgram(name, env);
    known.set(name, found);
    return found;
  };
}

async function findProgram(
  name: ProgramName,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Program | null> {
  const path = await findOnPath(name, env);
  return path === null ? null : { name, path, version: await versionOf(name, path) };
}

/** The first executable file of that name on PATH; a relative entry of PATH does not count, a project could plant one. */
export async function findOnPath(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const folders = (variable(env, 'PATH') ?? '').split(delimiter).filter((folder) => /^([/\\]|[A-Za-z]:)/.test(folder));
  const endings = process.platform === 'win32' ? (variable(env, 'PATHEXT') ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isExecutable(path)) return path;
    }
  }
  return null;
}

/** Windows takes names of variables in any case. */
function variable(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const found = Object.keys(env).find(
    (key) => key === name || (process.platform === 'win32' && key.toUpperCase() === name),
  );
  return found === undefined ? undefined : env[found];
}

function isExecutable(path: string): boolean {
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(name: ProgramName, path: string): Promise<string | null> {
  // Neither program may ask the network for something newer.
  const env = { SOPS_DISABLE_VERSION_CHECK: '1', CHECKPOINT_DISABLE: '1', LC_ALL: 'C' };
  const ended = await run({ file: path, args: PROGRAMS[name].versionArgs, cwd: process.cwd(), env });
  return ended.ok ? parseVersion(`${ended.value.stdout}\n${ended.value.stderr}`) : null;
}

/** The first thing in a text that looks like a version: `v1.3.2`, `git version 2.39.5 (…)`, `"terraform_version": "1.12.6-dev"`. */
export function parseVersion(text: string): string | null {
  return /(?<![\w.])v?(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?)/.exec(text)?.[1] ?? null;
}

/** True when `version` is `wanted` or later; a pre-release counts as its release. Null versions: false. */
export function isAtLeast(version: string | null, wanted: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/).slice(0, 3).map(Number);
  const have = numbers(version ?? '0.0.0');
  for (const [index, want] of numbers(wanted).entries()) {
    const difference = (have[index] ?? 0) - want;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
