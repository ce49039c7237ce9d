import { describe, expect, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import { checked, refused } from '../../../scripts/problem.ts';
import { commandProvider } from '../../../scripts/secrets/providers/command.ts';
import type { Ran } from '../../../scripts/secrets/providers/program.ts';
import { settingsOf, type SecretsYaml } from '../../../scripts/secrets/providers/settings.ts';
import type { Command } from '../../../scripts/types.ts';
import { given, problemOf } from './support.ts';

const GET = ['pass', 'show', 'nigari/{name}', '--field={name}', '{name}'];

/** A provider whose program ends so, and the commands that it was run by. */
function provider(ended: Partial<Ran>, settings: SecretsYaml['command'] = {}) {
  const commands: (readonly [Command, number])[] = [];
  const made = commandProvider(
    settingsOf('command', { command: { get: GET, ...settings } }),
    '/project',
    async (...run) => {
      commands.push(run);
      return checked({ exitCode: 0, stdout: '', stderr: '', late: false, ...ended });
    },
  );
  return { commands, ...made };
}

describe('a program', () => {
  test('is told the name in its arguments, and given nothing else', async () => {
    const { get, commands } = provider({ stdout: 'hunter2\n' });
    expect(given(await get('token'))).toBe('hunter2');
    const args = ['show', 'nigari/token', '--field=token', 'token'];
    expect(commands).toEqual([[{ file: 'pass', args, cwd: '/project', env: {} }, 30]]);
  });

  test.each([
    ['x', 'x'],
    ['x\n', 'x'],
    ['x\r\n', 'x'],
    ['x\n\n', 'x\n'],
    [' x ', ' x '],
    ['a\nb\n', 'a\nb'],
  ])('that prints %j gives %j', async (stdout, value) => {
    expect(given(await provider({ stdout }).get('token'))).toBe(value);
  });

  test('may take as long as it is allowed', async () => {
    const { get, commands } = provider({ late: true, exitCode: 143 }, { timeout: 5 });
    expect(problemOf(await get('token'))).toMatchObject({
      code: 'secrets-program-late',
      message: 'pass (secrets.command.get) did not end within 5 s',
      hint: expect.stringContaining('secrets.command.timeout'),
    });
    expect(commands[0]?.[1]).toBe(5);
  });

  test('that fails is shown with what it said last, and never with what it printed', async () => {
    const stderr = 'trace: hunter2-hunter2\n\u001b[31mError: \u0007no hunter2-hunter2 in the store\u001b[0m\n\n';
    const { get } = provider({ exitCode: 1, stdout: 'hunter2-hunter2\n', stderr });
    expect(problemOf(await get('token'), ['hunter2'])).toMatchObject({
      code: 'secrets-program-failed',
      message: 'pass (secrets.command.get) ended with exit code 1: Error: \\u0007no *** in the store',
      hint: 'see what it says by hand: pass show nigari/token --field=token token',
    });
  });

  test('that fails with a long speech is cut short', async () => {
    const { message } = problemOf(await provider({ exitCode: 1, stderr: 'x'.repeat(10_000) }).get('token'));
    expect(message.length).toBeLessThan(250);
  });

  test('that cannot be started is named with its key', async () => {
    const missing = { code: 'program-not-found', severity: 'error', message: 'pass could not be started' } as const;
    const { get } = commandProvider(settingsOf('command', { command: { get: GET } }), '/', async () =>
      refused(missing),
    );
    expect(problemOf(await get('token'))).toMatchObject({
      code: 'secrets-program-missing',
      hint: 'install it, or correct secrets.command.get in cluster.yaml',
    });
  });
});

describe('listing', () => {
  test('takes the names of the lines', async () => {
    const { list, commands } = provider({ stdout: 'b\r\n\n  a  \n-no-name\nno name\n' }, { list: ['pass', 'ls'] });
    expect(await list()).toMatchObject({ value: ['a', 'b'] });
    expect(commands[0]?.[0].args).toEqual(['ls']);
  });

  test('needs a program for it', async () => {
    expect(problemOf(await provider({}).list()).code).toBe('secrets-not-listable');
  });
});

describe('storing', () => {
  const settings = { set: ['pass', 'insert', 'nigari/{name}'] };

  test('gives the value to stdin', async () => {
    const { set, commands } = provider({ stdout: 'old\n' }, settings);
    expect(await set?.('token', secret('new'))).toMatchObject({ ok: true });
    expect(commands.map(([{ args, stdin }]) => [args[0], stdin])).toEqual([
      ['show', undefined],
      ['insert', 'new'],
    ]);
  });

  test('does nothing where that is the value already', async () => {
    const { set, commands } = provider({ stdout: 'same\n' }, settings);
    expect(await set?.('token', secret('same'))).toMatchObject({ ok: true });
    expect(commands).toHaveLength(1);
  });

  test('hides the value where the program repeats it', async () => {
    const { set } = provider({ exitCode: 2, stderr: 'cannot store hunter2-hunter2' }, settings);
    expect(problemOf(await set!('token', secret('hunter2-hunter2')), ['hunter2']).message).toContain('store ***');
  });

  test('is offered only with a program for it', () => {
    expect(provider({})).not.toHaveProperty('set');
  });
});
