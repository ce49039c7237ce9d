/** Throw-away projects, and the built nigari run in them as a user would. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
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
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The checkout. */
export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const NIGARI_BIN = join(REPOSITORY, 'dist', 'nigari.js');
/** A PATH on which no tool is found that a developer may have. */
const BARE_PATH = dirname(process.execPath);

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

/**
 * Runs nigari in a folder with a clean environment: no keys, no tools on PATH unless given.
 * @param node arguments for node itself, before the program
 */
export function nigari(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node: readonly string[] = [],
): Run {
  const clean = { PATH: BARE_PATH, HOME: cwd, TMPDIR: cwd, NO_COLOR: '1', ...env };
  const ended = spawnSync(process.execPath, [...node, NIGARI_BIN, ...args], {
    cwd,
    env: clean,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return { ...ended, all: ended.stdout + ended.stderr };
}

/** Every file below a folder with its bytes, by path with `/`. */
export function tree(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path)]));
}
