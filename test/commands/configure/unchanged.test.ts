/** What the last run saw is held against what is there: every single change of it sends the next run the long way. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configure } from '../../../scripts/commands/configure/configure.ts';
import type { ConfigureOptions } from '../../../scripts/commands/configure/options.ts';
import { init } from '../../../scripts/commands/init/init.ts';
import { unchanged } from '../../../scripts/commands/configure/unchanged.ts';
import { contextFor } from '../../support/context.ts';
import { REPOSITORY } from '../../support/project.ts';

const posix = process.platform !== 'win32';
const OPTIONS: ConfigureOptions = {
  init: true,
  force: false,
  keepEdits: false,
  check: false,
  show: 'list',
  mustMatch: false,
  dropMoved: false,
  yes: false,
  allowQuorumLoss: false,
};
const TEMPLATE = 'templates/stack/notes.md.njk';

let world = '';
let root = '';
let cache = '';
let env: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  world = realpathSync(mkdtempSync(join(tmpdir(), 'nigari-unchanged-')));
  root = join(world, 'project');
  cache = join(root, '.nigari/cache/last-run');
  cpSync(join(REPOSITORY, 'test/fixtures/valid/encrypted-state'), root, { recursive: true });
  for (const folder of ['state', 'bin', 'home']) mkdirSync(join(world, folder));
  mkdirSync(dirname(join(root, TEMPLATE)), { recursive: true });
  writeFileSync(join(root, TEMPLATE), '# {{ instance.name }}\n');
  env = { XDG_STATE_HOME: join(world, 'state'), PATH: join(world, 'bin'), HOME: join(world, 'home') };
  await init(contextFor(root, env).context);
  await configure(contextFor(root, env).context, OPTIONS);
});
afterAll(() => rmSync(world, { recursive: true, force: true }));

async function holds(changed: Readonly<Record<string, string>> = {}, options = OPTIONS): Promise<boolean> {
  return (await unchanged(contextFor(root, { ...env, ...changed }).context, options)) !== null;
}

interface Seen {
  readonly path: string;
  readonly shape: string;
}

/** Everything of this world that is looked at; nigari's own files are not for a test to change. */
function seen(): readonly Seen[] {
  const kept = JSON.parse(readFileSync(cache, 'utf8').split('\n')[1] ?? '') as { seen: readonly Seen[] };
  return kept.seen.filter(({ path }) => path.startsWith(world));
}

const isFile = ({ path, shape }: Seen): boolean => shape !== 'missing' && statSync(path).isFile();
const isFolder = ({ path, shape }: Seen): boolean => shape !== 'missing' && statSync(path).isDirectory();

/** Changes of a file, each of which is undone by putting the copy back. */
const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  'one byte more': (path) => appendFileSync(path, '\n'),
  'another byte, of the same time': (path) => {
    const { atime, mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  },
  gone: (path) => rmSync(path),
  'a folder in its place': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  ...(posix && {
    'another mode': (path) => chmodSync(path, statSync(path).mode ^ 0o111),
    'a link to the same': (path) => {
      copyFileSync(path, join(world, 'copy'));
      rmSync(path);
      symlinkSync(join(world, 'copy'), path);
    },
  }),
};

/** Changes something, looks, and puts it back: as it was, but for its times. */
async function heldWhile(path: string, change: (path: string) => void): Promise<boolean> {
  const before = join(world, 'before');
  const { mode } = statSync(path);
  copyFileSync(path, before);
  change(path);
  const held = await holds();
  rmSync(path, { recursive: true, force: true });
  copyFileSync(before, path);
  chmodSync(path, mode);
  return held;
}

test('nothing changed', async () => {
  expect(await holds()).toBe(true);
  expect(await holds({}, { ...OPTIONS, check: true, mustMatch: true })).toBe(true);
  expect(await holds({}, { ...OPTIONS, check: true, show: 'diff' })).toBe(false);
  const paths = seen().map(({ path }) => path.slice(root.length + 1));
  for (const path of [
    'cluster.yaml',
    'cluster.sops.yaml',
    '.sops.yaml',
    'age.key',
    'infrastructure/tofu/notes.md',
    TEMPLATE,
  ])
    expect(paths).toContain(path);
});

describe.each(Object.keys(CHANGES))('a file that is read or made: %s', (what) => {
  test('is noticed, and so is that it is as before', async () => {
    const files = seen().filter(isFile);
    expect(files.length).toBeGreaterThan(10);
    for (const { path } of files) {
      expect(await heldWhile(path, CHANGES[what] ?? (() => {})), path).toBe(false);
      expect(await holds(), path).toBe(true);
    }
  });
});

test('a file that was not there, and a name in a folder', async () => {
  const missing = seen().filter(({ shape }) => shape === 'missing');
  const inFolders = seen().filter(isFolder);
  expect([missing.length > 3, inFolders.length > 3]).toEqual([true, true]);
  for (const path of [...missing.map(({ path }) => path), ...inFolders.map(({ path }) => join(path, 'new'))]) {
    const made = mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    expect(await holds(), path).toBe(false);
    rmSync(made ?? path, { recursive: true });
    expect(await holds(), path).toBe(true);
  }
});

test('times alone are no change', async () => {
  for (const { path } of seen().filter(isFile)) utimesSync(path, 1, 1);
  expect(await holds()).toBe(true);
});

test.each([
  'SOPS_AGE_KEY',
  'SOPS_AGE_KEY_FILE',
  'SOPS_AGE_KEY_CMD',
  'PATH',
  'HOME',
  'TF_VAR_state_encryption_passphrase',
])('the variable %s counts', async (name) => {
  expect(await holds({ [name]: '/somewhere' })).toBe(false);
  expect(await holds({ LC_ALL: 'C' })).toBe(true);
});

test.each(['cluster.yaml', 'infrastructure/tofu/main.tf'])(
  '%s, changed while a run is on, is not taken for seen',
  async (path) => {
    const { context } = contextFor(root, env);
    const { reporter } = context;
    const step: typeof reporter.step = async (title, work) => {
      const done = await reporter.step(title, work);
      if (title === 'Write what changed') appendFileSync(join(root, path), '# mine\n');
      return done;
    };
    const text = readFileSync(join(root, path));
    rmSync(cache);
    await configure({ ...context, reporter: { ...reporter, step } }, OPTIONS);
    expect(existsSync(cache)).toBe(false);
    writeFileSync(join(root, path), text);
    await configure(context, OPTIONS);
    expect(await holds()).toBe(true);
  },
);

describe('what is kept', () => {
  const whileItIs = async (bytes: string | Uint8Array): Promise<boolean> => {
    const before = readFileSync(cache);
    writeFileSync(cache, bytes);
    const held = await holds();
    writeFileSync(cache, before);
    return held;
  };

  test('counts only as it was written', async () => {
    const bytes = readFileSync(cache);
    for (const hostile of ['', '\n', '{}', 'null', '[]\n[]', bytes.subarray(0, -1), bytes.subarray(65)])
      expect(await whileItIs(hostile)).toBe(false);
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await whileItIs(changed), `byte ${at}`).toBe(false);
    }
    expect(await holds()).toBe(true);
  });

  test('counts nowhere else, and with no other key', async () => {
    const moved = `${root}-moved`;
    cpSync(root, moved, { recursive: true });
    expect(await unchanged(contextFor(moved, env).context, OPTIONS)).toBe(null);
    expect(await holds({ XDG_STATE_HOME: join(world, 'other') })).toBe(false);
    const key = join(world, 'state/nigari/memory.key');
    renameSync(key, `${key}.away`);
    expect(await holds()).toBe(false);
    renameSync(`${key}.away`, key);
    expect(await holds()).toBe(true);
  });

  test('holds no secret, and no hash of one that could be tried out', async () => {
    const { createHash } = await import('node:crypto');
    const text = readFileSync(cache, 'utf8');
    const files = seen()
      .filter(isFile)
      .map(({ path }) => readFileSync(path));
    for (const bytes of files) expect(text).not.toContain(createHash('sha256').update(bytes).digest('hex'));
    expect(text).not.toContain('AGE-SECRET-KEY');
  });
});
