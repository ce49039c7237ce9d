import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment, run } from '../../scripts/system/processes.ts';
import type { Command } from '../../scripts/types.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigari-processes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const posix = process.platform !== 'win32';
const node = (script: string, more: Partial<Command> = {}): Command => ({
  file: process.execPath,
  args: ['-e', script],
  cwd: folder,
  env: {},
  ...more,
});

describe('run', () => {
  test('gives exit code and both outputs, as they are', async () => {
    const ended = await run(node('console.log("out"); console.error("err"); process.exitCode = 3'));
    expect(ended).toEqual({
      ok: true,
      value: { exitCode: 3, stdout: 'out\n', stderr: 'err\n', interrupted: false, late: false },
      problems: [],
    });
  });

  test('arguments pass no shell', async () => {
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', '$HOME', '; ls', 'a "b"', '*', 'ü'];
    const ended = await run(node('', { args }));
    expect(ended.ok && JSON.parse(ended.value.stdout)).toEqual(['$HOME', '; ls', 'a "b"', '*', 'ü']);
  });

  test('stdin is what the command says, else empty', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    expect(await run(node(echo, { stdin: 'hello\n' }))).toMatchObject({ value: { stdout: 'hello\n' } });
    expect(await run(node(echo))).toMatchObject({ value: { stdout: '' } });
  });

  test('a child that does not read its stdin is no error', async () => {
    expect(await run(node('', { stdin: 'x'.repeat(1_000_000) }))).toMatchObject({ value: { exitCode: 0 } });
  });

  test('what it returns passes the mask', async () => {
    const mask = (text: string): string => text.replaceAll('hidden', '***');
    const ended = await run(node('console.log("is hidden"); console.error("also hidden")'), { mask });
    expect(ended).toMatchObject({ value: { stdout: 'is ***\n', stderr: 'also ***\n' } });
  });

  test('the environment: the parent’s without the keys, then the command’s', async () => {
    const parent = {
      PATH: '/bin',
      SOPS_AGE_KEY: 'x',
      SOPS_AGE_KEY_FILE: 'x',
      sops_age_key_cmd: 'x',
      TF_VAR_mine: '1',
      GONE: undefined,
    };
    expect(childEnvironment(parent, { TF_VAR_a: 'b', PATH: '/usr/bin' })).toEqual({
      PATH: '/usr/bin',
      TF_VAR_mine: '1',
      TF_VAR_a: 'b',
    });
    process.env['SOPS_AGE_KEY'] = 'AGE-SECRET-KEY-1';
    try {
      const ended = await run(
        node('console.log(process.env.SOPS_AGE_KEY, process.env.TF_VAR_a)', { env: { TF_VAR_a: 'b' } }),
      );
      expect(ended).toMatchObject({ value: { stdout: 'undefined b\n' } });
    } finally {
      delete process.env['SOPS_AGE_KEY'];
    }
  });

  test('what cannot start is a problem', async () => {
    const code = async (command: Command): Promise<string | undefined> => (await run(command)).problems[0]?.code;
    expect(await code(node('', { file: 'no-such-program-anywhere', env: { PATH: folder } }))).toBe('program-not-found');
    expect(await code(node('', { cwd: join(folder, 'none') }))).toBe('folder-missing');
    expect(await code(node('', { cwd: process.execPath }))).toBe('folder-missing');
  });

  test.runIf(posix)('so is what may not be executed', async () => {
    await writeFile(join(folder, 'text'), 'no program');
    const ended = await run(node('', { file: join(folder, 'text') }));
    expect(ended.problems[0]?.code).toBe('program-not-executable');
  });

  test.runIf(process.platform === 'linux')('an environment that is too large is a problem', async () => {
    const ended = await run(node('', { env: { TF_VAR_big: 'x'.repeat(200_000) } }));
    expect(ended.problems[0]).toMatchObject({ code: 'environment-too-large' });
  });

  test.each([
    ['a NUL in a variable', { env: { TF_VAR_password: 'hush\0hush' } }, 'TF_VAR_password'],
    ['an illegal name', { env: { 'A=B': 'hush' } }, 'A=B'],
    ['a NUL in an argument', { args: ['hush\0hush'] }, 'an argument'],
  ])('%s is a problem that does not quote the value', async (_, more, named) => {
    const ended = await run(node('', more));
    expect(ended.problems[0]).toMatchObject({
      code: 'environment-not-passable',
      message: expect.stringContaining(named),
    });
    expect(JSON.stringify(ended)).not.toContain('hush');
  });

  test('an abort ends the child, and is waited for', async () => {
    const stop = new AbortController();
    const running = run(node('setInterval(() => {}, 1000)'), { signal: stop.signal });
    stop.abort();
    expect(await running).toMatchObject({
      ok: true,
      value: { interrupted: true, ...(posix ? { exitCode: 128 + 15 } : {}) },
    });
  });

  test.runIf(posix)('what takes longer than it may is ended, with all that it started', async () => {
    const stubborn = {
      ...node(''),
      file: '/bin/sh',
      args: ['-c', 'echo some; trap "" TERM; sleep 60 & wait; sleep 60'],
    };
    const ended = await run(stubborn, { within: 100 });
    expect(ended).toMatchObject({ ok: true, value: { late: true, stdout: 'some\n', interrupted: false } });
    for (const within of [60_000, Number.MAX_SAFE_INTEGER])
      expect(await run(node(''), { within })).toMatchObject({ value: { late: false, exitCode: 0 } });
  });

  test('leaves no listener behind', async () => {
    const count = (): number =>
      ['SIGINT', 'SIGTERM', 'SIGHUP'].reduce((sum, name) => sum + process.listenerCount(name), 0);
    const before = count();
    const { signal } = new AbortController();
    await Promise.all([
      run(node(''), { signal }),
      run(node('process.exitCode = 1')),
      run(node('', { file: 'no-such-program' })),
    ]);
    expect(count()).toBe(before);
  });
});
