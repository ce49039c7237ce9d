import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeCacheFolder, openCodeCache } from '../../scripts/system/code-cache.ts';
import { emptyFolder } from '../support/project.ts';

const posix = process.platform !== 'win32';

/** What a program of one file gives, and whether V8 took the code of an earlier run for it. */
function run(folder: string | null, text: string): { readonly gives: unknown; readonly wasKept: boolean } {
  const cache = openCodeCache(folder);
  const script = cache.compile('one.js', Buffer.from(text), 'file:///one.js');
  const gives: unknown = script.runInThisContext();
  cache.keep();
  return { gives, wasKept: script.cachedDataRejected === false };
}

const PROGRAM = '(() => { const add = (a, b) => a + b; return add(1, 2); })()';

let top: string;
let folder: string;
let file: string;
beforeEach(() => {
  top = emptyFolder();
  folder = join(top, 'nigari', 'code', 'build');
  file = join(folder, 'one.js');
});

describe('compiled code', () => {
  test('is kept for the next run', () => {
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: true });
    expect(readdirSync(folder)).toEqual(['one.js']);
  });

  test('holds the functions that were called, which V8 compiles late', () => {
    const cache = openCodeCache(folder);
    const called =
      '(() => { function late() { return "x".repeat(3) + [1, 2, 3].map((n) => n * n).join(); } return late; })()';
    const late = cache.compile('one.js', Buffer.from(called), 'file:///one.js').runInThisContext() as () => string;
    cache.keep();
    const before = readFileSync(file).length;
    expect(late()).toBe('xxx1,4,9');
    cache.keep();
    expect(readFileSync(file).length).toBeGreaterThan(before);
  });

  test('is not taken for another text of the same length', () => {
    run(folder, PROGRAM);
    expect(run(folder, PROGRAM.replace('2)', '9)'))).toEqual({ gives: 10, wasKept: false });
    expect(run(folder, PROGRAM.replace('2)', '9)'))).toEqual({ gives: 10, wasKept: true });
  });

  test('that is damaged anywhere, or cut short, is made anew', () => {
    run(folder, PROGRAM);
    const whole = readFileSync(file);
    const flipped = (at: number): Buffer => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    const damaged = Array.from({ length: 40 }, (_, n) => flipped(Math.floor((n * whole.length) / 40)));
    for (const bytes of [...damaged, whole.subarray(0, -1), whole.subarray(0, 3), Buffer.alloc(0)]) {
      writeFileSync(file, bytes);
      expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
      expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: true });
    }
  });

  test('is kept of the newest builds only', () => {
    const others = ['a', 'b', 'c', 'd', 'e'];
    for (const [age, name] of others.entries()) {
      mkdirSync(join(folder, '..', name), { recursive: true });
      utimesSync(join(folder, '..', name), new Date(), Date.now() / 1000 - 60 * (age + 1));
    }
    run(folder, PROGRAM);
    expect(readdirSync(join(folder, '..')).toSorted()).toEqual(['a', 'b', 'build', 'c']);
  });
});

describe.skipIf(!posix)('a folder of compiled code', () => {
  test('is for its owner only', () => {
    run(folder, PROGRAM);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([0o755, 0o770, 0o707, 0o720])('with mode %o is neither read nor written', (mode) => {
    run(folder, PROGRAM);
    const before = lstatSync(file).ino;
    chmodSync(folder, mode);
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(lstatSync(file).ino).toBe(before);
  });

  test.skipIf(process.getuid?.() !== 0)("that is somebody else's is neither read nor written", () => {
    run(folder, PROGRAM);
    const before = lstatSync(file).ino;
    chownSync(folder, 12_345, 12_345);
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(lstatSync(file).ino).toBe(before);
  });

  test('that is a link is neither read nor written', () => {
    const elsewhere = join(top, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    mkdirSync(join(folder, '..'), { recursive: true });
    symlinkSync(elsewhere, folder);
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('that cannot be made is no problem, and neither is none', () => {
    writeFileSync(join(top, 'nigari'), '');
    expect(run(folder, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(run(null, PROGRAM)).toEqual({ gives: 3, wasKept: false });
    expect(existsSync(folder)).toBe(false);
  });
});

describe.skipIf(!posix)('where it is', () => {
  const around = {
    platform: 'linux',
    version: 'v1.2.3',
    arch: 'x64',
    cwd: () => '/p',
    argv: ['node', 'nigari'],
  } as const;
  const where = (env: Record<string, string>, more: object = {}): string | null =>
    codeCacheFolder('build', { ...around, env, ...more });
  const name = 'nigari/code/build-v1.2.3-x64';

  test.each([
    ['linux', { HOME: '/h' }, `/h/.cache/${name}`],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: '/x' }, `/x/${name}`],
    ['darwin', { HOME: '/h' }, `/h/Library/Caches/${name}`],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: 'x' }, null],
    ['linux', { HOME: '', XDG_CACHE_HOME: '' }, null],
    ['linux', {}, null],
    ['linux', { HOME: '/h', NIGARI_CODE_CACHE: '0' }, null],
  ] as const)('on %s with %o', (platform, env, folder) => {
    expect(where(env, { platform })).toBe(folder);
  });

  test.each([
    ['/p/.cache', []],
    ['/p', []],
    ['/q/.cache', ['--chdir', '/q', 'check']],
    ['/q/.cache', ['--chdir=/q', 'check']],
    ['/.cache', ['check', '--chdir', '..']],
  ])('never in a project: %s with %o', (cache, args) => {
    expect(where({ XDG_CACHE_HOME: cache }, { argv: [...around.argv, ...args] })).toBe(null);
  });
});
