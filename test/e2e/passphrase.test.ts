/** A key file behind a passphrase, through the built program on a terminal: who is asked, when, and how often. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { armor, Encrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, nigari, NIGARI_BIN, tree } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { realTool } from '../support/tools.ts';

const SEALED = 'infrastructure/secrets.sops.yaml';
const TOKEN = '5ec4e700-1234-4000-8000-0123456789ab';
const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_api_token_id: planted@pve!token-name
proxmox_api_token_secret: ${TOKEN}
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';
const PASSPHRASE = 'planted-passphrase';
const ASKED = 'Passphrase of age.key';

const template = mkdtempSync(join(tmpdir(), 'nigari-test-'));
let keyFile = '';
/** A project that was configured, its `age.key` then locked. */
beforeAll(async () => {
  writeFileSync(join(template, 'cluster.yaml'), CLUSTER);
  writeFileSync(join(template, 'nodes.yaml'), NODES);
  for (const verb of [['init'], ['init', '--commit-config'], ['configure']]) {
    const ended = nigari(template, verb);
    if (ended.status !== 0) throw new Error(ended.all);
  }
  keyFile = readFileSync(join(template, 'age.key'), 'utf8');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(8);
  writeFileSync(join(template, 'age.key'), armor.encode(await encrypter.encrypt(keyFile)));
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

function project(): string {
  const folder = emptyFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

type Typed = readonly (readonly [after: string, keys: string])[];

/** On a terminal of a hundred columns: without a width no step would be animated. */
const call = (folder: string, args: readonly string[], typed: Typed = [], env: Record<string, string> = {}) =>
  onTerminal(
    ['sh', '-c', 'stty cols 100; exec "$@"', 'sh', process.execPath, NIGARI_BIN, ...args],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: emptyFolder(), TERM: 'xterm', ...env } },
    typed,
  );

const times = (text: string, part: string): number => text.split(part).length - 1;
const SHOW = ['secrets', 'show', 'proxmox_api_token_secret'];
/** Whoever has tofu on PATH needs no registry for this. */
const CONFIGURE = ['configure', '--no-init'];

describe.skipIf(!hasScript())('on a terminal', () => {
  test('the passphrase is asked for, unseen, and opens what is sealed', async () => {
    const { status, shown } = await call(project(), SHOW, [[ASKED, `${PASSPHRASE}\r`]]);
    expect(status, shown).toBe(0);
    expect(shown).toContain(TOKEN);
    expect(shown).not.toContain('planted-pass');
  });

  test('it is asked for once a run, also while a step is shown, and what changed is sealed', async () => {
    const folder = project();
    const before = tree(folder).get(SEALED);
    writeFileSync(join(folder, 'nodes.yaml'), NODES.replace('10.0.0.11', '10.0.0.12'));
    const { status, shown } = await call(folder, CONFIGURE, [[ASKED, `${PASSPHRASE}\r`]]);
    expect(status, shown).toBe(0);
    expect(times(shown, ASKED)).toBe(1);
    expect(shown).toContain('updated  infrastructure/tofu/terraform.tfvars');
    expect(shown).not.toContain('kept');
    expect(tree(folder).get(SEALED)).toEqual(before);
  });

  test('three tries', async () => {
    const wrong = [ASKED, 'planted-wrong\r'] as const;
    const second = await call(project(), SHOW, [wrong, [ASKED, `${PASSPHRASE}\r`]]);
    expect(second.status, second.shown).toBe(0);
    const ended = await call(project(), SHOW, [wrong, wrong, wrong, wrong]);
    expect(ended.status, ended.shown).toBe(2);
    expect(ended.shown).toContain('wrong-passphrase');
    expect(times(ended.shown, ASKED)).toBe(3);
    expect(ended.shown).not.toContain('planted-wrong');
  });

  test('nothing typed: configure goes on without the key', async () => {
    const folder = project();
    const before = tree(folder);
    const { status, shown } = await call(folder, CONFIGURE, [[ASKED, '\r']]);
    expect(status, shown).toBe(0);
    expect(times(shown, ASKED)).toBe(1);
    expect(shown).toMatch(/kept, cannot be\s+compared/);
    expect(tree(folder)).toEqual(before);
  });

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s ends the run', async (_, keys) => {
    const folder = project();
    const before = tree(folder);
    const { status, shown } = await call(folder, CONFIGURE, [[ASKED, keys]]);
    expect(status, shown).toBe(130);
    expect(tree(folder)).toEqual(before);
  });

  test.each([
    ['help', ['configure', '--help']],
    ['check', ['check']],
    ['secrets list', ['secrets', 'list']],
    ['doctor', ['doctor']],
  ])('%s asks nothing', async (_, args) => {
    const { shown } = await call(project(), args);
    expect(shown).not.toContain(ASKED);
  });

  test('nor does anything where another key opens it', async () => {
    const key = /^AGE-SECRET-KEY-.*$/m.exec(keyFile)?.[0] ?? '';
    const { status, shown } = await call(project(), CONFIGURE, [], { SOPS_AGE_KEY: key });
    expect(status, shown).toBe(0);
    expect(shown).not.toContain(ASKED);
    expect(shown).not.toContain('kept');
  });
});

const age = realTool('age');

describe.skipIf(age === null || !hasScript())('SOPS_AGE_KEY_CMD', () => {
  test('lets age itself ask on the terminal', async () => {
    const folder = project();
    renameSync(join(folder, 'age.key'), join(folder, 'locked.key'));
    const env = { SOPS_AGE_KEY_CMD: `'${age}' --decrypt locked.key` };
    const { status, shown } = await call(folder, SHOW, [['Enter passphrase', `${PASSPHRASE}\r`]], env);
    expect(status, shown).toBe(0);
    expect(shown).toContain(TOKEN);
    // What is typed before age has switched the echo off, a terminal shows on that line: that is between the two.
    expect(shown.replace(/Enter passphrase:[^\n]*\n/, '')).not.toContain('planted-pass');
  });
});

describe('without a terminal', () => {
  test('configure keeps what is sealed, and says why and what else there is', () => {
    const folder = project();
    const ended = nigari(folder, ['configure']);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stderr).toContain('no terminal to ask');
    expect(ended.stderr).toContain('SOPS_AGE_KEY_CMD');
    expect(ended.stderr).toContain('kept, cannot be compared');
  });

  test('what needs the key is refused, in one problem', () => {
    const ended = nigari(project(), SHOW);
    expect(ended.status, ended.all).toBe(2);
    expect(times(ended.stderr, 'no-key')).toBe(1);
    expect(ended.stderr).toContain('age.key is protected by a passphrase, and there is no terminal to ask for it');
  });

  test('doctor names it', () => {
    const { rows } = JSON.parse(nigari(project(), ['doctor', '--json']).stdout);
    expect(rows).toContainEqual({ name: 'age key', status: 'ok', found: 'age.key, protected by a passphrase' });
  });
});
