import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryKeyFile } from '../../scripts/system/memory-key.ts';
import { sealMemory } from '../../scripts/system/seal-memory.ts';

const posix = process.platform !== 'win32';
const CACHE = '.nigari/cache/sealed.json';
const FILE = { path: 'a.sops.yaml', bytes: Buffer.from('ciphertext') };

let root = '';
let state = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-memory-'));
  state = await mkdtemp(join(tmpdir(), 'nigari-state-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(state, { recursive: true, force: true });
});

const memory = (env: Record<string, string> = { XDG_STATE_HOME: state }) => sealMemory(root, env, process.platform);
const keyFile = () => join(state, 'nigari', 'memory.key');

async function remembered(text = 'secret'): Promise<void> {
  const first = await memory();
  first.remember(FILE, text);
  await first.save();
}

describe('a later run', () => {
  test('knows whether a file held a text', async () => {
    await remembered();
    const { held } = await memory();
    expect(held(FILE, 'secret')).toBe(true);
    expect(held(FILE, 'another')).toBe(false);
  });

  test('knows nothing of another file, or of one that changed', async () => {
    await remembered();
    const { held } = await memory();
    expect(held({ ...FILE, path: 'b.sops.yaml' }, 'secret')).toBeNull();
    expect(held({ ...FILE, bytes: Buffer.from('other ciphertext') }, 'secret')).toBeNull();
  });

  test('keeps what it knows of others', async () => {
    await remembered();
    const second = await memory();
    second.remember({ ...FILE, path: 'b.sops.yaml' }, 'secret');
    await second.save();
    const { held } = await memory();
    expect([held(FILE, 'secret'), held({ ...FILE, path: 'b.sops.yaml' }, 'secret')]).toEqual([true, true]);
    const { 'a.sops.yaml': a, 'b.sops.yaml': b } = JSON.parse(await readFile(join(root, CACHE), 'utf8'));
    expect(a.held).not.toBe(b.held);
  });

  test('with nothing new writes nothing', async () => {
    await remembered();
    const before = (await stat(join(root, CACHE))).ino;
    await remembered();
    expect((await stat(join(root, CACHE))).ino).toBe(before);
  });
});

describe('the key of the memory', () => {
  test('lies in the folder of the user, not in the project, and only the user may read it', async () => {
    await remembered();
    expect((await readFile(keyFile())).length).toBe(32);
    expect(posix ? (await stat(keyFile())).mode & 0o777 : 0o600).toBe(0o600);
    expect(await readdir(root)).toEqual(['.nigari']);
    expect(await readFile(join(root, CACHE), 'utf8')).not.toContain('secret"');
  });

  test('without it nothing is known', async () => {
    await remembered();
    await rm(keyFile());
    expect((await memory()).held(FILE, 'secret')).toBeNull();
  });

  test.each([
    ['cut', () => writeFile(keyFile(), 'short')],
    ['another one', () => writeFile(keyFile(), Buffer.alloc(32))],
    ...(posix ? [['open to others', () => chmod(keyFile(), 0o644)] as const] : []),
  ] as const)('%s: nothing is known, and the next run makes it good', async (_, damage) => {
    await remembered();
    await damage();
    expect((await memory()).held(FILE, 'secret')).toBeNull();
    await remembered();
    expect((await memory()).held(FILE, 'secret')).toBe(true);
  });

  test.each([
    ['no folder for it', {}],
    ['a folder that is no whole path', { XDG_STATE_HOME: 'state' }],
    ['a folder that cannot be made', { XDG_STATE_HOME: '/dev/null/state' }],
  ])('%s: nothing is remembered, and nothing fails', async (_, env: Record<string, string>) => {
    const first = await memory(env);
    first.remember(FILE, 'secret');
    await first.save();
    expect((await memory(env)).held(FILE, 'secret')).toBeNull();
    expect(await readdir(root)).toEqual([]);
  });
});

test.each(['', '{', '[]', 'null', '{"a.sops.yaml": 1}', '{"a.sops.yaml": {"sealed": "x", "held": "y"}}'])(
  'a damaged cache %j is an empty one, and is made good',
  async (text) => {
    await remembered();
    await writeFile(join(root, CACHE), text);
    expect((await memory()).held(FILE, 'secret')).toBeNull();
    await remembered();
    expect((await memory()).held(FILE, 'secret')).toBe(true);
  },
);

test.each([
  ['linux', { HOME: '/h' }, '/h/.local/state/nigari/memory.key'],
  ['linux', { HOME: '/h', XDG_STATE_HOME: '/x' }, '/x/nigari/memory.key'],
  ['darwin', { HOME: '/h' }, '/h/Library/Application Support/nigari/memory.key'],
  ['win32', { LOCALAPPDATA: '/a', HOME: '/h' }, '/a/nigari/memory.key'],
  ['win32', { HOME: '/h' }, null],
  ['linux', {}, null],
  ['linux', { HOME: '/project' }, null],
  ['linux', { XDG_STATE_HOME: '/project/state' }, null],
] as const)('on %s with %j it is %s', (platform, env, path) => {
  expect(memoryKeyFile('/project', env, platform)?.replaceAll('\\', '/') ?? null).toBe(path);
});
