import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../scripts/system/processes.ts';
import { tofuCommand, versionCommand } from '../../scripts/tofu/commands.ts';
import { checkVersion } from '../../scripts/tofu/version.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const tofu = realTool('tofu');
const CALL = { tofu: '/bin/tofu', directory: '/p/infrastructure/tofu', env: { TF_HTTP_PASSWORD: 'pw' }, colour: false };

describe('commands', () => {
  test('never ask, colour nothing but a terminal, and hand the user’s arguments over as they are', () => {
    expect(tofuCommand({ ...CALL, args: ['-upgrade', 'a b'] }, 'init')).toEqual({
      file: '/bin/tofu',
      args: ['init', '-input=false', '-no-color', '-upgrade', 'a b'],
      cwd: '/p/infrastructure/tofu',
      env: { TF_HTTP_PASSWORD: 'pw' },
    });
    expect(tofuCommand({ ...CALL, colour: true }, 'plan').args).toEqual(['plan', '-input=false']);
  });

  test('a secret is in no argument', () => {
    const text = [tofuCommand(CALL, 'init'), tofuCommand(CALL, 'plan')]
      .flatMap(({ file, args }) => [file, ...args])
      .join(' ');
    expect(text).not.toContain('pw');
  });
});

const answer = (version: string, more = ''): string =>
  `{\n  "terraform_version": "${version}",\n  "platform": "linux_amd64",\n  "provider_selections": {}${more}\n}\n`;

describe('checkVersion', () => {
  test.each([
    ['1.11.0', true],
    ['1.12.6', true],
    ['1.99.0', true],
    ['1.13.0-beta1', true],
    ['1.10.9', 'tofu-too-old'],
    ['0.15.5', 'tofu-too-old'],
    ['2.0.0', 'tofu-too-new'],
    ['10.0.0', 'tofu-too-new'],
  ])('%s', (version, wanted) => {
    const result = checkVersion(answer(version));
    expect(result.ok ? result.value === version : result.problems[0]?.code).toBe(wanted);
  });

  test('warnings around the answer do not matter', () => {
    expect(checkVersion(`\nWarning: x {y}\n\n${answer('1.12.6')}`)).toMatchObject({ ok: true, value: '1.12.6' });
  });

  test('Terraform under the name of tofu', () => {
    const result = checkVersion(answer('1.11.4', ',\n  "terraform_outdated": true'));
    expect(result.problems[0]).toMatchObject({ code: 'tofu-is-terraform', hint: expect.stringContaining('OpenTofu') });
  });

  test.each(['', 'tofu: command not found', '{}', '{"terraform_version": 1}'])(
    'an answer without a version: %j',
    (output) => {
      expect(checkVersion(output).problems[0]?.code).toBe('tofu-version-unreadable');
    },
  );
});

describe.skipIf(tofu === null)('with the real tofu', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nigari-command-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('its version is read, also when it warns about its configuration', async () => {
    const command = versionCommand(tofu ?? '', folder);
    const plain = await run({ ...command, env: { ...command.env, ...tofuEnv() } });
    const warned = await run({ ...command, env: { ...command.env, TF_CLI_CONFIG_FILE: join(folder, 'none.rc') } });
    const version = plain.ok ? checkVersion(plain.value.stdout) : plain;
    expect(version).toMatchObject({ ok: true, value: expect.stringMatching(/^1\.\d+\.\d+$/) });
    expect(warned.ok && checkVersion(warned.value.stdout)).toEqual(version);
  });

  test('init and plan run as written: without colours, with the variables', async () => {
    await writeFile(
      join(folder, 'main.tf'),
      'variable "x" {\n  type = string\n}\noutput "x" {\n  value = "${var.x}!"\n}\n',
    );
    const call = { tofu: tofu ?? '', directory: folder, env: { ...tofuEnv(), TF_VAR_x: 'hello' }, colour: false };
    const init = await run(tofuCommand(call, 'init'));
    expect(init).toMatchObject({ ok: true, value: { exitCode: 0, interrupted: false } });
    const plan = await run(tofuCommand({ ...call, args: ['-detailed-exitcode'] }, 'plan'));
    expect(plan).toMatchObject({ ok: true, value: { exitCode: 2, stdout: expect.stringContaining('"hello!"') } });
    expect(JSON.stringify(plan)).not.toContain('\\u001b');
  });
});
