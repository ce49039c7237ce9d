import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../scripts/system/processes.ts';
import {
  hasDotTerraform,
  hasLocalState,
  readInitInputs,
  readInitRecord,
  writeInitRecord,
} from '../../scripts/system/init-record.ts';
import { tofuCommand } from '../../scripts/tofu/commands.ts';
import { initHash, isInitInput, needsInit } from '../../scripts/tofu/init-inputs.ts';
import { LOCK_FILE } from '../../scripts/tofu/lock-file.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const tofu = realTool('tofu');
const hash = (files: Record<string, string>): string =>
  initHash(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));

const BACKEND = 'terraform {\n  backend "local" {}\n}\n';
const VM = 'resource "proxmox_vm" "a" {\n  name = "a"\n}\n';
const BASE = { 'backend.tf': BACKEND, 'main.tf': VM, [LOCK_FILE]: 'provider "x" {}\n' };

describe('initHash', () => {
  test.each(['backend.tf', 'a.tofu', 'a.tf.json', 'a.tofu.json', LOCK_FILE])('%s is read by init', (name) => {
    expect(isInitInput(name)).toBe(true);
  });
  test.each([
    'terraform.tfvars',
    '.hidden.tf',
    'a.tf~',
    'terraform.tfstate',
    'a.tftest.hcl',
    'README.md',
    '.main.tf.0a1b2c3d4e5f.tmp',
  ])('%s is not', (name) => {
    expect(isInitInput(name)).toBe(false);
    expect(hash({ ...BASE, [name]: 'terraform {}' })).toBe(hash(BASE));
  });

  test.each([
    ['the backend', { 'backend.tf': BACKEND.replace('local', 'http') }],
    ['the lock file', { [LOCK_FILE]: '' }],
    ['a module', { 'main.tf': `${VM}module "m" {\n  source = "./m"\n}\n` }],
    ['a resource of another provider', { 'main.tf': `${VM}resource "random_id" "x" {}\n` }],
    ['a data source of another provider', { 'main.tf': `${VM}  data "http_x" "x" {}\n` }],
    ['an unquoted label', { 'main.tf': `${VM}resource random_id x {}\n` }],
    ['a provider block', { 'main.tf': `${VM}provider "null" {}\n` }],
    ['an indented terraform block', { 'main.tf': `${VM}\tterraform {}\n` }],
    ['JSON configuration', { 'a.tf.json': '{}' }],
    ['a file that moved', { 'backend.tf': '', 'other.tf': BACKEND }],
    ['a file that is gone', { 'backend.tf': '' }],
  ])('changes with %s', (_, change) => {
    expect(hash({ ...BASE, ...change })).not.toBe(hash(BASE));
  });

  test.each([
    ['an attribute of a resource', { 'main.tf': VM.replace('name = "a"', 'name = "b"') }],
    ['another resource of the same provider', { 'main.tf': `${VM}resource "proxmox_file" "f" {}\n` }],
    ['line ends', { 'backend.tf': BACKEND.replaceAll('\n', '\r\n') }],
    ['outputs', { 'outputs.tf': 'output "x" {\n  value = 1\n}\n' }],
  ])('stays with %s', (_, change) => {
    const [before, after] = [
      { 'outputs.tf': '', ...BASE },
      { 'outputs.tf': '', ...BASE, ...change },
    ];
    expect(hash(after)).toBe(hash(before));
  });

  test('does not depend on the order in which files are listed', () => {
    expect(hash(Object.fromEntries(Object.entries(BASE).toReversed()))).toBe(hash(BASE));
    expect(hash({})).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('needsInit', () => {
  test.each([
    ['never', null, 'a', false, true],
    ['by hand, not by us', null, 'a', true, true],
    ['in another clone', 'a', 'a', false, true],
    ['before a change', 'a', 'b', true, true],
    ['with these files', 'a', 'a', true, false],
  ])('initialised %s', (_, previous, now, dot, wanted) => {
    expect(needsInit(previous, now, dot)).toBe(wanted);
  });
});

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-init-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the record of inits', () => {
  const SHA = 'a'.repeat(64);

  test('what was written is read', async () => {
    expect(await readInitRecord(root)).toEqual(new Map());
    const record = new Map([
      ['infrastructure/tofu', SHA],
      ['a', SHA.replaceAll('a', 'b')],
    ]);
    expect((await writeInitRecord(root, record)).ok).toBe(true);
    expect(await readInitRecord(root)).toEqual(record);
    expect(JSON.parse(await readFile(join(root, '.nigari/cache/init.json'), 'utf8'))).toEqual(
      Object.fromEntries(record),
    );
  });

  test.each(['', '{', 'null', '[]', '"x"', '{"a": 1}', '{"a": "short"}', '\0'])(
    'damaged, it is as if absent: %j',
    async (text) => {
      await mkdir(join(root, '.nigari/cache'), { recursive: true });
      await writeFile(join(root, '.nigari/cache/init.json'), text);
      expect(await readInitRecord(root)).toEqual(new Map());
    },
  );

  test('one damaged entry does not take the others with it', async () => {
    await mkdir(join(root, '.nigari/cache'), { recursive: true });
    await writeFile(join(root, '.nigari/cache/init.json'), JSON.stringify({ a: SHA, b: 'x', ['__proto__']: SHA }));
    expect((await readInitRecord(root)).get('a')).toBe(SHA);
    expect((await readInitRecord(root)).has('b')).toBe(false);
  });

  test('the inputs of a directory, none where there is none', async () => {
    expect(await readInitInputs(root, 'none')).toEqual({ ok: true, value: new Map(), problems: [] });
    await mkdir(join(root, 'd/.terraform'), { recursive: true });
    for (const name of ['a.tf', 'terraform.tfvars', LOCK_FILE]) await writeFile(join(root, 'd', name), name);
    const inputs = await readInitInputs(root, 'd');
    expect(inputs.ok && [...inputs.value.keys()].toSorted()).toEqual([LOCK_FILE, 'a.tf']);
    expect([await hasDotTerraform(root, 'd', {}), await hasDotTerraform(root, 'none', {})]).toEqual([true, false]);
    await writeFile(join(root, 'file'), '');
    expect(await readInitInputs(root, 'file')).toMatchObject({ ok: false, problems: [{ code: 'file-in-the-way' }] });
  });

  test.each(['terraform.tfstate', 'terraform.tfstate.backup', 'errored.tfstate', 'prod.tfstate'])(
    '%s is a state',
    async (name) => {
      expect(await hasLocalState(root, '.')).toBe(false);
      await writeFile(join(root, 'main.tf'), '');
      expect(await hasLocalState(root, '.')).toBe(false);
      await writeFile(join(root, name), '');
      expect(await hasLocalState(root, '.')).toBe(true);
    },
  );
});

describe.skipIf(tofu === null)('with the real tofu', () => {
  test('after an init nothing is due, until something that init reads changes', async () => {
    const provider = '    proxmox = { source = "bpg/proxmox", version = "~> 0.112.0" }\n';
    const versions = `terraform {\n  required_providers {\n${provider}  }\n}\n`;
    await mkdir(join(root, 'd'));
    const put = (name: string, text: string): Promise<void> => writeFile(join(root, 'd', name), text);
    const now = async (): Promise<string> => {
      const files = await readInitInputs(root, 'd');
      return files.ok ? initHash(files.value) : '';
    };
    const due = async (previous: string | null) =>
      needsInit(previous, await now(), await hasDotTerraform(root, 'd', {}));
    await put('versions.tf', versions);
    await put('outputs.tf', 'output "x" {\n  value = 1\n}\n');
    const before = await now();
    expect(await due(null)).toBe(true);
    const call = { tofu: tofu ?? '', directory: join(root, 'd'), env: tofuEnv(), colour: false };
    expect(await run(tofuCommand(call, 'init'))).toMatchObject({ ok: true, value: { exitCode: 0 } });
    // init wrote the lock file: the hash of before is no longer that of now.
    const after = await now();
    expect(after).not.toBe(before);
    expect(await due(after)).toBe(false);
    await put('outputs.tf', 'output "x" {\n  value = 2\n}\n');
    expect(await due(after)).toBe(false);
    await put('backend.tf', 'terraform {\n  backend "local" {\n    path = "other.tfstate"\n  }\n}\n');
    expect(await due(after)).toBe(true);
  });
});
