/** Throw-away projects, and the built nigari run in them as a user would. */
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The checkout. */
export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const NIGARI_BIN = join(REPOSITORY, 'dist', 'nigari.js');

/** Without a PATH no tool is found that a developer may have; Windows cannot start Node without its root. */
const BARE = process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] ?? '' } : {};

/** An empty folder that is gone after the test. */
export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nigari-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files; a scenario of test/fixtures/valid is copied below them. */
export function project(files: Readonly<Record<string, string | Uint8Array>> = {}, scenario?: string): string {
  const folder = emptyFolder();
  if (scenario !== undefined) cpSync(join(REPOSITORY, 'test/fixtures/valid', scenario), folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export interface Run extends SpawnSyncReturns<string> {
  /** stdout and stderr together, for what must not be in either. */
  readonly all: string;
}

type Env = Readonly<Record<string, string>>;

/** No keys, and no tools on PATH unless given. */
const cleanEnv = (cwd: string, env: Env): Env => ({ ...BARE, PATH: '', HOME: cwd, TMPDIR: cwd, NO_COLOR: '1', ...env });

/**
 * Runs nigari in a folder with a clean environment.
 * @param node arguments for node itself, before the program
 * @param input what is on its stdin
 */
export function nigari(
  cwd: string,
  args: readonly string[],
  env: Env = {},
  node: readonly string[] = [],
  input: string | Uint8Array = '',
): Run {
  const ended = spawnSync(process.execPath, [...node, NIGARI_BIN, ...args], {
    cwd,
    env: cleanEnv(cwd, env),
    input,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return { ...ended, all: ended.stdout + ended.stderr };
}

/** A run that goes on while the test does something to it. */
export interface Running {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its exit code and stderr, when it has ended. */
  readonly ended: Promise<{ readonly status: number | null; readonly stderr: string }>;
}

/** Starts nigari as `nigari` does, and does not wait for it. */
export function startNigari(cwd: string, args: readonly string[], env: Env = {}): Running {
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(process.execPath, [NIGARI_BIN, ...args], { cwd, env: cleanEnv(cwd, env), stdio: [...stdio] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, stderr }));
  return { kill: (signal) => void child.kill(signal), ended };
}

/** Every file below a folder with its bytes, by path with `/`, and every empty folder with none, with a `/` at its end. */
export function tree(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const empty = folders.filter((path) => readdirSync(path).length === 0).map((path) => path + sep);
  const contents = (path: string): Buffer => (path.endsWith(sep) ? Buffer.alloc(0) : readFileSync(path));
  const name = (path: string): string => path.slice(folder.length + 1).replaceAll(sep, '/');
  return new Map([...files, ...empty].toSorted().map((path) => [name(path), contents(path)]));
}

/** `tree` by digest: as good for telling whether something changed, and quick to compare where files are large. */
export function digests(folder: string): ReadonlyMap<string, string> {
  return new Map([...tree(folder)].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]));
}
