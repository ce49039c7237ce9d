import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findOnPath, isAtLeast, parseVersion, programFinder, type ProgramName } from '../../scripts/system/programs.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigari-programs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('parseVersion', () => {
  test.each([
    ['{\n  "terraform_version": "1.12.6",\n  "platform": "linux_amd64"\n}', '1.12.6'],
    ['OpenTofu v1.12.6\non linux_amd64', '1.12.6'],
    ['sops 3.13.3 (latest)\n', '3.13.3'],
    ['[warning] failed to retrieve latest version\nsops 3.9.4', '3.9.4'],
    ['v1.3.2', '1.3.2'],
    ['git version 2.39.5 (Apple Git-154)', '2.39.5'],
    ['git version 2.47.0.windows.1', '2.47.0'],
    ['Task version: v3.53.0 (h1:abc=)', '3.53.0'],
    ['1.13.0-rc1', '1.13.0-rc1'],
    ['(devel)', null],
    ['', null],
  ])('%j', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});

describe('isAtLeast', () => {
  test.each([
    ['1.11.0', '1.11.0', true],
    ['1.12.6', '1.11.0', true],
    ['1.9.9', '1.11.0', false],
    ['2.0', '1.11.0', true],
    ['1.11', '1.11.0', true],
    ['1.11.0-rc1', '1.11.0', true],
    [null, '1.0.0', false],
  ])('%s, wanted %s', (version, wanted, answer) => {
    expect(isAtLeast(version, wanted)).toBe(answer);
  });
});

describe.skipIf(process.platform === 'win32')('programs on PATH', () => {
  async function program(name: string, script: string, mode = 0o755): Promise<string> {
    await mkdir(join(folder, 'bin'), { recursive: true });
    const path = join(folder, 'bin', name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, mode);
    return path;
  }

  test('the first that can be executed, by absolute path', async () => {
    await mkdir(join(folder, 'first', 'tofu'), { recursive: true });
    await mkdir(join(folder, 'second'));
    await writeFile(join(folder, 'second', 'tofu'), '', { mode: 0o644 });
    const path = await program('tofu', '');
    const PATH = ['first', 'second', 'none', 'bin'].map((name) => join(folder, name)).join(delimiter);
    expect(await findOnPath('tofu', { PATH })).toBe(path);
    expect(await findOnPath('sops', { PATH })).toBeNull();
    expect(await findOnPath('tofu', {})).toBeNull();
  });

  test('a relative entry does not count: a project could plant a program', async () => {
    await program('tofu', '');
    const here = process.cwd();
    process.chdir(folder);
    try {
      expect(await findOnPath('tofu', { PATH: ['', '.', 'bin'].join(delimiter) })).toBeNull();
    } finally {
      process.chdir(here);
    }
  });

  test('each is asked once, whatever it answers', async () => {
    const log = join(folder, 'log');
    await program('task', `echo asked >> '${log}'; echo 'Task version: v3.9.0'`);
    await program('age', 'exit 1');
    const find = programFinder({ PATH: join(folder, 'bin') });
    const [one, two] = await Promise.all([find('task'), find('task')]);
    expect(one).toEqual({ name: 'task', path: join(folder, 'bin', 'task'), version: '3.9.0' });
    expect(two).toBe(one);
    expect(await readFile(log, 'utf8')).toBe('asked\n');
    expect(await find('age')).toMatchObject({ version: null });
    expect(await find('git')).toBeNull();
  });

  const real = (['tofu', 'sops', 'age', 'task'] as const).filter((name) => realTool(name) !== null);
  test.skipIf(real.length === 0).each<ProgramName>(real)('the real %s tells its version', async (name) => {
    const found = await programFinder({ PATH: tofuEnv()['PATH'] })(name);
    expect(found?.version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
