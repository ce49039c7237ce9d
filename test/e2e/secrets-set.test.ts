import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { SAMPLE_CLEAR } from '../secrets/sample.ts';
import { changedLines, config, SOPS, sops, sopsEncrypt } from '../secrets/support.ts';
import { digests, nigari, NIGARI_BIN, project, tree, type Run } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { clearOf, put, sealedProject, textOf } from '../support/sealed.ts';

const CLUSTER = `# for the API
proxmox_api_token_id: terraform@pve!nigari
# rotated each year
proxmox_api_token_secret: old-secret-1
vars:
    registry:
        password: old-secret-2
    # at the end
`;
const GENERATED = 'infrastructure/secrets.sops.yaml';

const set = (folder: string, args: readonly string[], input: string | Uint8Array): Run =>
  nigari(folder, ['secrets', 'set', ...args], {}, [], input);

/** A call that must refuse with a code, write nothing, and not show what it was given. */
function expectRefused(folder: string, args: readonly string[], input: string | Uint8Array, code: string): Run {
  const before = digests(folder);
  const ended = set(folder, args, input);
  expect(ended.status, ended.all).toBe(2);
  expect(ended.stderr).toContain(`(${code})`);
  expect(ended.all).not.toContain('planted');
  expect(digests(folder)).toEqual(before);
  return ended;
}

describe('secrets set', () => {
  test.each([
    ['proxmox_api_token_secret', 'cluster.sops.yaml', 'proxmox_api_token_secret: planted-1\n'],
    ['vars.registry.password', 'cluster.sops.yaml', '        password: planted-1\n'],
  ])('%s changes three lines, and says what to run next', async (name, path, line) => {
    const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
    const old = textOf(folder, path);
    const { status, all } = set(folder, [name], 'planted-1\n');
    expect(status, all).toBe(0);
    expect(all).toContain('`npx nigari configure`');
    expect(all).not.toContain('planted');
    const now = textOf(folder, path);
    expect(changedLines(old, now)).toHaveLength(3);
    expect(now.split('\n')).toHaveLength(old.split('\n').length);
    expect(await clearOf(folder, path)).toContain(line);
  });

  test('adds a key of any depth, and leaves all other lines as they are', async () => {
    const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
    const old = textOf(folder, 'cluster.sops.yaml');
    expect(set(folder, ['vars.mail.user.password'], 'planted-1').status).toBe(0);
    const now = textOf(folder, 'cluster.sops.yaml');
    // Two keys that lead to it, itself, the time and the MAC.
    expect(changedLines(old, now)).toHaveLength(5);
    expect(await clearOf(folder, 'cluster.sops.yaml')).toContain(
      'mail:\n        user:\n            password: planted-1\n',
    );
  });

  test('writes nothing where the value is that already', async () => {
    const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
    const before = digests(folder);
    const { status, stdout } = set(folder, ['proxmox_api_token_secret'], 'old-secret-1\n');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'proxmox_api_token_secret is that already in cluster.sops.yaml\n',
    });
    expect(digests(folder)).toEqual(before);
  });

  test.each([
    ['tfstate_password', 'cluster.sops.yaml'],
    ['vars.x', 'cluster.sops.yaml'],
    ['registry.password', 'secrets.sops.yaml'],
    ['some/path', 'secrets.sops.yaml'],
  ])('%s makes %s where that is missing', async (name, path) => {
    const folder = await sealedProject({});
    const { status, stdout } = set(folder, [name, '--json'], 'planted: "1"\nof two lines\n');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: path, name, change: 'created' });
    expect([...tree(folder).keys()]).toEqual(['.sops.yaml', 'age.key', path]);
    expect(nigari(folder, ['secrets', 'show', name]).stdout).toBe('planted: "1"\nof two lines');
  });

  test('tells how the state server learns its new password', async () => {
    const folder = await sealedProject({});
    expect(set(folder, ['tfstate_password'], 'planted').stdout).toContain(
      '  npx nigari secrets show tfstate_password | npx wrangler secret put PASSWORD\n',
    );
  });

  test('takes any file that is named', async () => {
    const folder = await sealedProject({ 'talos/extra.sops.yaml': 'a: 1\n' });
    expect(set(folder, ['b', '--file', 'talos/extra.sops.yaml'], 'two').status).toBe(0);
    expect(await clearOf(folder, 'talos/extra.sops.yaml')).toBe('a: 1\nb: two\n');
  });
});

describe('secrets set refuses', () => {
  test.each([
    ['a value as an argument', ['a', 'planted'], '', 'secret-in-arguments'],
    ['no name', [], 'planted', 'secret-not-named'],
    ['an empty value', ['a'], '', 'secret-unfit'],
    ['a line break alone', ['a'], '\n', 'secret-unfit'],
    ['a NUL character', ['a'], 'planted\0', 'secret-unfit'],
    ['more than an environment holds', ['a'], 'planted'.repeat(20_000), 'secret-unfit'],
    ['what fills the memory', ['a'], 'planted'.repeat(200_000), 'secret-input-too-large'],
    ['bytes that are no text', ['a'], Buffer.from('planted\xff', 'latin1'), 'secret-not-utf8'],
    ['several lines that sops would lose', ['a'], '\tplanted\nmore', 'sops-loses-value'],
    ['a text that sops would lose', ['a'], '<<', 'sops-loses-value'],
    ['a key that sops would lose', ['<<'], 'planted', 'sops-loses-value'],
    ['a key of sops itself', ['sops'], 'planted', 'reserved-key'],
    ['a key of several lines', ['a\nb'], 'planted', 'bad-secret-name'],
    ['an empty name', [''], 'planted', 'bad-secret-name'],
    ['a name that stays readable', ['a_unencrypted'], 'planted', 'secret-left-in-clear'],
    ['a mapping', ['vars.registry', '--file', 'cluster.sops.yaml'], 'planted', 'secret-not-a-value'],
    ['a key below a value', ['proxmox_api_token_id.x'], 'planted', 'secret-not-a-value'],
    ['an item that is not there', ['vars.list[3]'], 'planted', 'secret-not-a-value'],
    ['what is generated', ['tfstate_password', '--file', GENERATED], 'planted', 'generated-file'],
    ['a file outside of the project', ['a', '--file', '../x.sops.yaml'], 'planted', 'path-outside-project'],
    ['a file that no rule covers', ['a', '--file', 'x.yaml'], 'planted', 'no-creation-rule'],
    ['a file that is not YAML', ['a', '--file', 'x.sops.json'], 'planted', 'no-creation-rule'],
  ])('%s', async (_, args, input, code) => {
    expectRefused(await sealedProject({ 'cluster.sops.yaml': CLUSTER }), args, input, code);
  });

  test.each(['--value=planted', '--file-name=planted', '-pplanted', '-vplanted'])(
    '%s, without repeating it',
    (option) => {
      const { status, all } = nigari(project({}), ['secrets', 'set', 'a', option]);
      expect(status).toBe(2);
      expect(all).toMatch(/unknown option '-.*\*\*\*'/);
      expect(all).not.toContain('planted');
    },
  );

  test('a credential that cluster.yaml says, with its place and both ways on', async () => {
    const folder = await sealedProject(
      {},
      { 'cluster.yaml': '# mine\ntfstate_password: literal-1\nvars: {a: {b: 1}}\n' },
    );
    const { stderr } = expectRefused(folder, ['tfstate_password'], 'planted', 'set-elsewhere');
    expect(stderr).toContain('cluster.yaml:2:1');
    expect(stderr).toContain('init --commit-config');
    expectRefused(folder, ['vars.a.b'], 'planted', 'set-elsewhere');
    expect(set(folder, ['vars.a.c'], 'planted').status).toBe(0);
  });

  test('without a key, or without a rule', async () => {
    const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
    rmSync(join(folder, 'age.key'));
    expectRefused(folder, ['tfstate_password'], 'planted', 'no-key');
    rmSync(join(folder, '.sops.yaml'));
    expectRefused(folder, ['registry'], 'planted', 'no-sops-config');
  });

  test('a file that was tampered with', async () => {
    const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
    put(folder, 'cluster.sops.yaml', textOf(folder, 'cluster.sops.yaml').replace('data:', 'data:A'));
    expectRefused(folder, ['tfstate_password'], 'planted', 'sealed-damaged');
  });
});

test('a name that is no variable is told, and set', async () => {
  const folder = await sealedProject({});
  const { status, stderr } = set(folder, ['registry-password'], 'planted');
  expect(status).toBe(0);
  expect(stderr).toContain('(not-a-variable)');
  expect(existsSync(join(folder, 'secrets.sops.yaml'))).toBe(true);
});

describe.skipIf(!hasScript())('on a terminal', () => {
  const line = [process.execPath, NIGARI_BIN, 'secrets', 'set', 'registry'];
  const where = (cwd: string) => ({ cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd } });
  const ASKED = ['registry: ', 'registry, once more: '] as const;

  test('it asks twice, and shows nothing of what is typed', async () => {
    const folder = await sealedProject({});
    const typed = [
      [ASKED[0], 'planted\b\bed ü\r'],
      [ASKED[1], 'planted ü\r'],
    ] as const;
    const { status, shown } = await onTerminal(line, where(folder), typed);
    expect(status, shown).toBe(0);
    expect(shown).not.toMatch(/plan|ü/);
    expect(await clearOf(folder, 'secrets.sops.yaml')).toBe('registry: planted ü\n');
  });

  test.each([
    [
      'typed differently',
      [
        [ASKED[0], 'planted\r'],
        [ASKED[1], 'plantde\r'],
      ],
      2,
      'secret-typed-differently',
    ],
    ['interrupted', [[ASKED[0], 'planted\x03']], 130, 'interrupted'],
    ['closed', [[ASKED[0], '\x04']], 130, 'interrupted'],
  ] as const)('%s: nothing is written', async (_, typed, wanted, code) => {
    const folder = await sealedProject({});
    const before = digests(folder);
    const { status, shown } = await onTerminal(line, where(folder), typed);
    expect(status, shown).toBe(wanted);
    expect(shown).toContain(code);
    expect(shown).not.toContain('plan');
    expect(digests(folder)).toEqual(before);
  });
});

test.skipIf(SOPS === null)('sops opens what was set and what was added', async () => {
  const folder = await sealedProject({ 'cluster.sops.yaml': CLUSTER });
  set(folder, ['proxmox_api_token_secret'], 'planted "1"\n  two lines: #\n');
  set(folder, ['vars.mail.password'], 'ünïcode 😀');
  const opened = sops(['decrypt', '--output-type', 'json'], textOf(folder, 'cluster.sops.yaml'));
  expect(JSON.parse(opened)).toEqual({
    proxmox_api_token_id: 'terraform@pve!nigari',
    proxmox_api_token_secret: 'planted "1"\n  two lines: #',
    vars: { registry: { password: 'old-secret-2' }, mail: { password: 'ünïcode 😀' } },
  });
});

test.skipIf(SOPS === null)('a file that sops made changes by three lines, whatever else is in it', async () => {
  // A comment in a list is put above its key, since sops 3.13.2 cannot read it there.
  const sealed = sopsEncrypt(SAMPLE_CLEAR.replace('    # in the list\n', ''), config());
  const folder = await sealedProject({}, { 'x.sops.yaml': sealed, '.sops.yaml': config().bytes.toString() });
  expect(set(folder, ['list[1]', '--file', 'x.sops.yaml'], 'new').status).toBe(0);
  const now = textOf(folder, 'x.sops.yaml');
  // Each of its two documents has the metadata. Within the same second the time is the same.
  const changed = new Set(changedLines(sealed, now).filter((line) => !line.includes('lastmodified')));
  expect([...changed].map((line) => line.trim().split(/[ :]/)[0])).toEqual(['-', 'mac']);
  expect(now.split('\n')).toHaveLength(sealed.split('\n').length);
  expect(await clearOf(folder, 'x.sops.yaml')).toContain('    - one\n    - new\n');
});
