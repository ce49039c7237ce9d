/** Texts that another program reads as files, and that have no name on any disk. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { run } from '../../scripts/system/processes.ts';
import { withUnseen } from '../../scripts/system/unseen-inputs.ts';
import { emptyFolder } from '../support/project.ts';

const MEMORY = '/dev/shm';
const LONG = 'x'.repeat(300_000);

/** Both ways: with and without a file system in memory. */
const WAYS = [...(existsSync(MEMORY) ? [['memory', MEMORY] as const] : []), ['pipes', '/no/such/folder'] as const];

async function cat(texts: readonly string[], memory: string, args?: readonly string[]): Promise<string> {
  return withUnseen(
    texts.map(secret),
    async ({ paths, descriptors }) => {
      const ended = await run({ file: 'cat', args: args ?? paths, cwd: emptyFolder(), env: {} }, { descriptors });
      return ended.ok ? ended.value.stdout : ended.problems.map(({ code }) => code).join(' ');
    },
    memory,
  );
}

describe.skipIf(process.platform === 'win32').each(WAYS)('by %s', (_, memory) => {
  test('a program reads each text, whole and in order', async () => {
    expect(await cat(['one ', LONG, ' three'], memory)).toBe(`one ${LONG} three`);
  });

  test('whoever reads nothing of them keeps nobody waiting', async () => {
    expect(await cat(['one', LONG], memory, ['/dev/null'])).toBe('');
  });

  test('programs that read at the same time do not wait for each other', async () => {
    const read = await Promise.all(Array.from({ length: 8 }, async () => cat(['one ', LONG], memory)));
    expect(new Set(read)).toEqual(new Set([`one ${LONG}`]));
  });

  test('nothing is left, however it ends', async () => {
    const places = [process.env['TMPDIR'] ?? '/tmp', ...(existsSync(memory) ? [memory] : [])];
    const named = (): readonly string[] =>
      places.flatMap((place) => readdirSync(place)).filter((name) => /^nigari-(?!test-|clear-|err|src)/.test(name));
    const before = named();
    await cat(['one'], memory);
    const failing = withUnseen([secret('two')], () => Promise.reject(new Error('stopped')), memory);
    await expect(failing).rejects.toThrow('stopped');
    expect(named().filter((name) => !before.includes(name) && /nigari-[\da-f-]{36}$|nigari-\w{6}$/.test(name))).toEqual(
      [],
    );
  });
});

describe.skipIf(process.platform === 'win32')('by a pipe', () => {
  test('nobody is kept waiting, whenever it ends', async () => {
    for (let run = 0; run < 200; run++) {
      const used = withUnseen([secret(LONG)], () => pause(run % 7, run), '/no/such/folder');
      await expect(used).resolves.toBe(run);
    }
  });
});

describe.skipIf(process.platform === 'win32')('without either', () => {
  test('no text is given to anybody', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = '/no/such/folder';
    try {
      const given = withUnseen([secret('one')], () => Promise.resolve('used'), '/no/such/folder');
      await expect(given).rejects.toMatchObject({ problems: [{ code: 'no-private-place' }] });
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});

describe.skipIf(!existsSync(MEMORY))('in memory', () => {
  test('a text has no name while it is there', async () => {
    const names = await withUnseen([secret('something secret')], async () => {
      const files = readdirSync(MEMORY).filter(
        (name) => name.startsWith('nigari-') && !name.startsWith('nigari-clear'),
      );
      return files.map((name) => execFileSync('cat', [`${MEMORY}/${name}`], { encoding: 'utf8' }));
    });
    expect(names.join('')).not.toContain('something secret');
  });
});
