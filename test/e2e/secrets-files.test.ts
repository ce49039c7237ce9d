/** Whole files: encrypt, decrypt, rotate, verify. */
import { chmodSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { SAMPLE_RECIPIENT, SAMPLE_SEALED } from '../secrets/sample.ts';
import { sops, SOPS } from '../secrets/support.ts';
import { digests, nigari, tree, type Run } from '../support/project.ts';
import { clearOf, put, sealedProject, textOf } from '../support/sealed.ts';

const CLEAR = '# first\na: planted-1 # beside\nb:\n    - planted-2\n---\nc: planted-3\n';
const SEALED = 'x.sops.yaml';
const secrets = (folder: string, ...args: readonly string[]): Run => nigari(folder, ['secrets', ...args]);

function expectRefused(folder: string, args: readonly string[], code: string): Run {
  const before = digests(folder);
  const ended = secrets(folder, ...args);
  expect(ended.status, ended.all).toBe(2);
  expect(ended.stderr).toContain(`(${code})`);
  expect(ended.all).not.toContain('planted');
  expect(digests(folder)).toEqual(before);
  return ended;
}

describe('encrypt', () => {
  test('seals a file in its place, comments and documents and mode included', async () => {
    const folder = await sealedProject({}, { [SEALED]: CLEAR });
    chmodSync(join(folder, SEALED), 0o640);
    const { status, stdout, all } = secrets(folder, 'encrypt', SEALED);
    expect(status, all).toBe(0);
    expect(stdout).toContain('x.sops.yaml is encrypted now');
    expect(textOf(folder, SEALED)).not.toContain('planted');
    expect(await clearOf(folder, SEALED)).toBe(CLEAR);
    expect([...tree(folder).keys()]).toEqual(['.sops.yaml', 'age.key', SEALED]);
    expect(process.platform === 'win32' || (statSync(join(folder, SEALED)).mode & 0o777) === 0o640).toBe(true);
  });

  test('leaves one that is sealed as it is', async () => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    const before = digests(folder);
    expect(secrets(folder, 'encrypt', SEALED)).toMatchObject({ status: 0, stdout: `${SEALED} is encrypted already\n` });
    expect(digests(folder)).toEqual(before);
  });

  test.each([
    ['what sops would lose', SEALED, 'a: "\\tplanted\\nmore"\n', 'sops-loses-value'],
    ['what is no YAML', SEALED, 'a: [planted\n', 'bad-yaml'],
    ['what no rule covers', 'x.yaml', 'a: planted\n', 'no-creation-rule'],
    ['what would stay readable', SEALED, 'a_unencrypted: planted\n', 'nothing-encrypted'],
    ['a damaged file', SEALED, 'a: ENC[AES256_GCM,planted\n', 'sealed-damaged'],
    ['cluster.yaml', 'cluster.yaml', 'a: planted\n', 'not-to-be-sealed'],
    ['.sops.yaml', '.sops.yaml', `creation_rules:\n  - age: ${SAMPLE_RECIPIENT}\n`, 'not-to-be-sealed'],
  ])('refuses %s', async (_, path, text, code) => {
    const folder = await sealedProject({}, { [path]: text });
    expect(expectRefused(folder, ['encrypt', path], code).status).toBe(2);
  });

  test('refuses a file that is not there', async () => {
    expect(expectRefused(await sealedProject({}), ['encrypt', 'none.sops.yaml'], 'file-missing').status).toBe(2);
  });
});

describe('decrypt', () => {
  test('prints the file, and only that', async () => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    expect(secrets(folder, 'decrypt', SEALED, '--stdout')).toMatchObject({ status: 0, stdout: CLEAR, stderr: '' });
  });

  test('does nothing unless it is said where to', async () => {
    const { stdout } = expectRefused(await sealedProject({ [SEALED]: CLEAR }), ['decrypt', SEALED], 'stdout-only');
    expect(stdout).toBe('');
  });

  test('refuses what does not open', async () => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    rmSync(join(folder, 'age.key'));
    expect(expectRefused(folder, ['decrypt', SEALED, '--stdout'], 'no-key').stdout).toBe('');
  });
});

describe('rotate', () => {
  const FILES = { [SEALED]: CLEAR, 'cluster.sops.yaml': 'tfstate_username: planted\ntfstate_password: planted\n' };

  test('leaves no ciphertext as it was, and every value', async () => {
    const folder = await sealedProject(FILES);
    const old = textOf(folder, SEALED);
    const { status, stdout } = secrets(folder, 'rotate');
    expect(status).toBe(0);
    const left = old.split('\n').filter((line) => textOf(folder, SEALED).includes(line) && line.includes('ENC['));
    expect(left).toEqual([]);
    expect(await clearOf(folder, SEALED)).toBe(CLEAR);
    expect(stdout).toContain('secrets show tfstate_username | npx wrangler secret put USERNAME\n');
    expect(stdout).toContain('secrets show tfstate_password | npx wrangler secret put PASSWORD\n');
    expect(stdout).not.toContain('planted');
  });

  test('takes the files that are named, and without the credentials says nothing of the state server', async () => {
    const folder = await sealedProject(FILES);
    const other = textOf(folder, 'cluster.sops.yaml');
    const { stdout } = secrets(folder, 'rotate', SEALED, '--json');
    expect(JSON.parse(stdout)).toEqual({ rotated: [SEALED], closed: [], next: [] });
    expect(textOf(folder, 'cluster.sops.yaml')).toBe(other);
  });

  test('passes over what does not open here, unless it is named', async () => {
    const folder = await sealedProject(FILES);
    const foreign = SAMPLE_SEALED.replaceAll(SAMPLE_RECIPIENT, `${SAMPLE_RECIPIENT.slice(0, -1)}1`);
    put(folder, 'foreign.sops.yaml', foreign);
    const { status, stdout, all } = secrets(folder, 'rotate', '--json');
    expect(status, all).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rotated: ['cluster.sops.yaml', SEALED], closed: ['foreign.sops.yaml'] });
  });

  test('is done for all files or for none', async () => {
    const folder = await sealedProject(FILES);
    put(folder, 'cluster.sops.yaml', textOf(folder, 'cluster.sops.yaml').replace('data:', 'data:A'));
    expect(expectRefused(folder, ['rotate'], 'sealed-damaged').status).toBe(2);
  });
});

describe('verify', () => {
  test('proves a file by its MAC, and without a key looks at its structure', async () => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    expect(secrets(folder, 'verify')).toMatchObject({
      status: 0,
      stdout: `${SEALED}: whole, as its MAC proves\n`,
      stderr: '',
    });
    rmSync(join(folder, 'age.key'));
    const { status, stdout } = secrets(folder, 'verify', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ files: [{ file: SEALED, checked: 'structure' }], problems: [] });
  });

  /** With the exit code without a key, which only a look at the structure gives. */
  const damages: readonly (readonly [what: string, damage: (text: string) => string, code: string, keyless: number])[] =
    [
      [
        'a value that was changed',
        (text) => text.replace(/data:./, (all) => `data:${all.endsWith('A') ? 'B' : 'A'}`),
        'sealed-damaged',
        0,
      ],
      ['a value in clear', (text) => text.replace(/^a: .*? /m, 'a: planted '), 'sealed-damaged', 2],
      ['a file in clear', () => CLEAR, 'not-sealed', 2],
      ['a merge conflict', (text) => `<<<<<<< ours\n${text}`, 'sealed-damaged', 2],
    ];
  test.each(damages)('finds %s', async (_, damage, code, keyless) => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    put(folder, SEALED, damage(textOf(folder, SEALED)));
    expect(expectRefused(folder, ['verify'], code).status).toBe(2);
    rmSync(join(folder, 'age.key'));
    expect(secrets(folder, 'verify').status).toBe(keyless);
  });

  test('warns of what .sops.yaml says otherwise, which rotate puts right', async () => {
    const folder = await sealedProject({ [SEALED]: CLEAR });
    put(folder, '.sops.yaml', `creation_rules:\n  - encrypted_regex: .\n    age: ${SAMPLE_RECIPIENT}\n`);
    const { status, stderr } = secrets(folder, 'verify');
    expect(status).toBe(0);
    expect(stderr).toContain('another part of it is encrypted than the rule says  (rule-differs)');
    expect(secrets(folder, 'rotate').status).toBe(0);
    expect(secrets(folder, 'verify')).toMatchObject({ status: 0, stderr: '' });
    put(folder, '.sops.yaml', 'creation_rules: []\n');
    expect(secrets(folder, 'verify').stderr).toContain('(no-creation-rule)');
  });

  test('of nothing says so', async () => {
    expect(secrets(await sealedProject({}), 'verify')).toMatchObject({ status: 0, stdout: 'no sealed file is here\n' });
  });
});

test.skipIf(SOPS === null)('sops opens what was encrypted', async () => {
  // sops itself puts a comment beside a value on a line of its own.
  const clear = CLEAR.replace(' # beside', '');
  const folder = await sealedProject({}, { [SEALED]: clear });
  secrets(folder, 'encrypt', SEALED);
  expect(sops(['decrypt'], textOf(folder, SEALED))).toBe(clear);
});
