/** One child with the secrets of a sealed file: what it gets, what it does not, and how it ends. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { nigari, NIGARI_BIN, startNigari, type Run } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { sealedProject, textOf } from '../support/sealed.ts';
import { SAMPLE_KEY } from '../secrets/sample.ts';

const GENERATED = 'infrastructure/secrets.sops.yaml';
const SECRETS = { [GENERATED]: 'TOKEN: secret-1\nflag: true\nnumber: 5\nlines: |\n    two\n    lines\nempty: ""\n' };

/** A child that prints these variables as JSON. */
const PRINT = 'console.log(JSON.stringify(process.env))';
const exec = (folder: string, options: readonly string[], script: string, env: Record<string, string> = {}): Run =>
  nigari(folder, ['exec', ...options, '--', process.execPath, '-e', script], env);

const environment = ({ stdout }: Run): Record<string, string> => JSON.parse(stdout) as Record<string, string>;

describe('the child', () => {
  test('has the secrets beside our environment, without the keys to them', async () => {
    const folder = await sealedProject(SECRETS);
    const env = { OTHER: 'stays', TOKEN: 'from the shell', SOPS_AGE_KEY: SAMPLE_KEY, SOPS_AGE_KEY_FILE: 'age.key' };
    const seen = environment(exec(folder, [], PRINT, env));
    expect(seen).toMatchObject({ TOKEN: 'secret-1', flag: 'true', number: '5', lines: 'two\nlines\n', empty: '' });
    expect(seen).toMatchObject({ OTHER: 'stays', HOME: folder });
    expect(Object.keys(seen).filter((name) => name.startsWith('SOPS_'))).toEqual([]);
  });

  test('has little else with --pristine', async () => {
    const folder = await sealedProject(SECRETS);
    const env = { OTHER: 'goes', NODE_OPTIONS: '', TERM: 'xterm', LC_ALL: 'C', AWS_SECRET_ACCESS_KEY: 'goes' };
    const names = Object.keys(environment(exec(folder, ['--pristine'], PRINT, env)));
    const own = ['TOKEN', 'flag', 'number', 'lines', 'empty'];
    const system = process.platform === 'win32' ? ['SystemRoot'] : [];
    expect(names.toSorted()).toEqual([...own, ...system, 'PATH', 'HOME', 'TERM', 'LC_ALL', 'TMPDIR'].toSorted());
  });

  test('has those of the file that is named', async () => {
    const folder = await sealedProject({ ...SECRETS, 'secrets.sops.yaml': 'OWN: mine\n' });
    const seen = environment(exec(folder, ['--file', 'secrets.sops.yaml'], PRINT));
    expect(seen['OWN']).toBe('mine');
    expect(seen).not.toHaveProperty('TOKEN');
  });

  test('has our stdin, stdout and stderr, and its arguments word for word', async () => {
    const folder = await sealedProject(SECRETS);
    const script = 'process.stdin.pipe(process.stdout); console.error(process.argv.slice(1).join("|"))';
    const words = ['--flag', 'two words', '$HOME', '--', '-x'];
    const args = ['exec', '--', process.execPath, '-e', script, '--', ...words];
    const { status, stdout, stderr } = nigari(folder, args, {}, [], 'from stdin');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'from stdin', stderr: `${words.join('|')}\n` });
  });

  test.each([0, 1, 3, 42, 255])('ends with %i, and so do we', async (code) => {
    const { status, all } = exec(await sealedProject(SECRETS), [], `process.exit(${code})`);
    expect({ status, all }).toEqual({ status: code, all: '' });
  });

  test.skipIf(process.platform === 'win32')('ends by a signal, as in a shell', async () => {
    expect(exec(await sealedProject(SECRETS), [], 'process.kill(process.pid, "SIGKILL")').status).toBe(137);
  });
});

const WAIT = `
  const { writeFileSync } = require('node:fs');
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => { writeFileSync('got', name); process.exit(7) });
  writeFileSync('ready', '');
  setInterval(() => {}, 1000);
`;

describe.skipIf(process.platform === 'win32')('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s is for the child to answer', async (signal) => {
    const folder = await sealedProject(SECRETS);
    const running = startNigari(folder, ['exec', '--', process.execPath, '-e', WAIT]);
    while (!existsSync(join(folder, 'ready'))) await pause(20);
    running.kill(signal);
    expect(await running.ended).toEqual({ status: 7, stderr: '' });
    expect(textOf(folder, 'got')).toBe(signal);
  });

  test.skipIf(!hasScript())('Ctrl-C on a terminal reaches the child once, however often it is pressed', async () => {
    const folder = await sealedProject(SECRETS);
    const script = `
      let times = 0;
      process.on('SIGINT', () => { times += 1; console.log('again'); if (times === 4) process.exit(9) });
      console.log('again');
      setInterval(() => {}, 1000);
    `;
    const line = [process.execPath, NIGARI_BIN, 'exec', '--', process.execPath, '-e', script];
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
    const { status } = await onTerminal(
      line,
      { cwd: folder, env },
      Array.from('1234', () => ['again', '\x03'] as const),
    );
    expect(status).toBe(9);
  });
});

describe('refuses', () => {
  const codes = ({ stderr }: Run): readonly string[] =>
    [...stderr.matchAll(/ {2}\((\S+)\)$/gm)].map(([, code = '']) => code);

  test.each([
    ['a list', 'a: [planted]\n', ['not-a-variable']],
    [
      'each of several',
      'a: {b: planted}\nc: 1.5\nd: null\n"e-f": planted\nok: fine\n',
      Array(4).fill('not-a-variable'),
    ],
    ['what is too large', `a: ${'planted'.repeat(20_000)}\n`, ['not-a-variable']],
  ])('%s, and runs nothing', async (_, clear, wanted) => {
    const ended = exec(await sealedProject({ [GENERATED]: clear }), [], 'console.log("ran")');
    expect(ended.status).toBe(2);
    expect(codes(ended)).toEqual(wanted);
    expect(ended.all).not.toMatch(/ran|planted/);
  });

  test('without a file, a key, or a command', async () => {
    expect(codes(exec(await sealedProject({}), [], ''))).toEqual(['not-configured']);
    const folder = await sealedProject(SECRETS);
    expect(codes(nigari(folder, ['exec']))).toEqual(['nothing-to-run']);
    expect(codes(exec(folder, ['--file', 'none.sops.yaml'], ''))).toEqual(['file-missing']);
    const unknown = nigari(folder, ['exec', '--', 'no-such-program']);
    expect([unknown.status, codes(unknown)]).toEqual([4, ['program-not-found']]);
    rmSync(join(folder, 'age.key'));
    expect(codes(exec(folder, [], ''))).toEqual(['no-key']);
  });

  test('options of the command that do not stand behind --', async () => {
    const { status, stderr } = nigari(await sealedProject(SECRETS), ['exec', 'ls', '-la']);
    expect(status).toBe(2);
    expect(stderr).toContain('options for the command go behind --');
  });
});
