/**
 * Whatever is wrong with the inputs, the templates or the disk: refused with a place and a code, without a stack, and
 * nothing is written.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { digests, nigari, project, REPOSITORY, type Run } from '../support/project.ts';

const INPUTS = ['cluster.yaml', 'nodes.yaml'] as const;
const fixture = (name: string): string => readFileSync(join(REPOSITORY, 'test/fixtures/valid/ha', name), 'utf8');

/** Runs `configure`, which must refuse and leave the folder as it was. */
function refused(folder: string, status: number): Run {
  const before = digests(folder);
  const ended = nigari(folder, ['configure']);
  expect(ended.status, ended.all).toBe(status);
  expect(ended.all).not.toMatch(/^ +at /m);
  expect(digests(folder)).toEqual(before);
  return ended;
}

/** `file:line:column  (code)` of each error that it told. */
function errors({ stderr }: Run): readonly string[] {
  return [...stderr.matchAll(/^(\S*) {2}error {2}.* {2}\((\S+)\)$/gm)].map(([, place, code]) => `${place} ${code}`);
}

/** Nine levels of ten aliases each. */
const bomb = [...'bcdefghi'].reduce(
  (text, name, index) => `${text}${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]\n`,
  'a: &a [1,1,1,1,1,1,1,1,1,1]\n',
);

describe('both input files at once', () => {
  test.each<[string, (text: string) => string | Uint8Array, place: string, code: string]>([
    ['empty', () => '', ':1:1', 'empty-file'],
    ['only comments', () => '# nothing\n\n# at all\n', ':1:1', 'empty-file'],
    ['indented with tabs', () => 'vars:\n\ta: 1\n', ':2:1', 'tab-indentation'],
    ['not UTF-8', () => Buffer.from('a: caf\xe9\n', 'latin1'), ':1:7', 'not-utf8'],
    ['anchors that explode', () => bomb, ':6:8', 'alias-expansion'],
    ['a list', () => '- a\n- b\n', ':1:1', 'not-a-mapping'],
    ['a text', () => 'just a text\n', ':1:1', 'not-a-mapping'],
    ['no YAML', (text) => `${text}x: [1\n`, '', 'yaml-syntax'],
    ['nine megabytes', (text) => `${text}#${'x'.repeat(9 << 20)}\n`, ':1:1', 'input-too-large'],
  ])('%s', (_, damage, place, code) => {
    const folder = project(Object.fromEntries(INPUTS.map((name) => [name, damage(fixture(name))])));
    const told = errors(refused(folder, 2));
    expect(told.map((line) => line.split(' ')[1])).toEqual([code, code]);
    for (const [index, name] of INPUTS.entries())
      expect(told[index]).toMatch(new RegExp(`^${name}${place || ':\\d+:\\d+'} `));
  });

  test('missing', () => {
    const folder = project({ 'README.md': 'mine\n' });
    expect(errors(refused(folder, 2))).toEqual(INPUTS.map((name) => `${name} input-missing`));
  });

  test('a folder in place of each', () => {
    const folder = project();
    for (const name of INPUTS) mkdirSync(join(folder, name));
    expect(errors(refused(folder, 2))).toEqual(INPUTS.map((name) => `${name} input-not-a-file`));
  });

  test('duplicate keys and wrong types, all of them', () => {
    const folder = project({
      'cluster.yaml':
        'node_cidr: 10.0.0.0/24\ncluster_api_addr: [10.0.0.9]\nproxmox_insecure: maybe\nnode_cidr: x\n' +
        'proxmox_api_url: https://pve.example.com\nproxmox_node: pve\n',
      'nodes.yaml': 'nodes:\n  - name: 5\n    address: 10.0.0.11\n    controller: "yes"\n    name: b\n',
    });
    expect(errors(refused(folder, 2))).toEqual([
      'cluster.yaml:2:19 wrong-type',
      'cluster.yaml:3:19 wrong-type',
      'cluster.yaml:4:1 duplicate-key',
      'nodes.yaml:2:11 wrong-type',
      'nodes.yaml:4:17 wrong-type',
      'nodes.yaml:5:5 duplicate-key',
    ]);
  });
});

/** `configure` with these templates beside the built-in ones must refuse; gives what it told, without the folder. */
function refusedTemplates(texts: readonly (readonly [path: string, text: string | Uint8Array])[]): readonly string[] {
  const files = texts.map(([path, text]) => [`templates/${path}`, text] as const);
  const told = errors(refused(project(Object.fromEntries(files), 'ha'), 3));
  return told.map((line) => line.replace(/^templates\//, ''));
}

describe('templates, all findings of a stage at once', () => {
  test('what cannot be rendered', () => {
    const faults: readonly (readonly [text: string | Uint8Array, expected: string])[] = [
      ['x = 1\n#% if %#\n', ':2:7 template-syntax'],
      ['x = 1\ny = #{ cluster.cluster_name |\n', ':3 template-syntax'],
      [Buffer.of(0x23, 0xff, 0x0a), ':1 template-syntax'],
      ['#% raw %#x#% endraw %#\n', ':1:8 template-syntax'],
      ['x = 1\ny = #{ typo }#\n', ':2:8 unknown-name'],
      // Found although no run comes by.
      ['#% if false %##{ cluster.typo }##% endif %#\n', ':1:26 unknown-name'],
      ['x = #{ cluster.cluster_name | upcase }#\n', ':1:31 unknown-filter'],
      // What nunjucks takes silently for something else than Jinja does.
      ['#% for n in nodes if n.controller %#\n#% endfor %#\n', ':1:4 template-construct'],
      ['#% for n in nodes %#\n#% set a = 1 %#\n#% endfor %#\n', ':2:4 template-construct'],
      ['x = #{ cluster.cluster_name | indent(width=2) }#\n', ':1:37 template-construct'],
      ['x = #{ 7 // 2 }#\n', ':1:8 template-construct'],
      ['x = #{ -7 % 2 }#\n', ':1:8 template-construct'],
      ['x = #{ 1 < 2 < 3 }#\n', ':1:10 template-construct'],
      ['#% macro m() %#x#% endmacro %#\n', ':1:4 template-construct'],
      ['#% if cluster.cluster_api_tls_sans %##% endif %#\n', ':1:14 value-misused'],
      ['#% if 1 == "1" %#x = 1#% endif %#\n', ':1:9 value-misused'],
      ['x = #{ cluster.proxmox_api_token_secret }#\n', ':1:5 secret-in-clear'],
      ['x = #{ [cluster.proxmox_api_token_secret] | tojson }#\n', ':1:45 secret-in-clear'],
    ];
    const path = (index: number): string => `stack/own-${String.fromCodePoint(97 + index)}.tf.njk`;
    const told = refusedTemplates(faults.map(([text], index) => [path(index), text]));
    expect(told).toEqual(faults.map(([, expected], index) => `${path(index)}${expected}`));
  });

  test('what renders to something that may not be written', () => {
    const told = refusedTemplates([
      ['stack/hcl.tf.njk', '#| a note |#\nx = 1\ny = = #{ cluster.cluster_name }#\n'],
      ['project/a.yaml.njk', 'a: 1\na: #{ cluster.cluster_name }#\n'],
      ['project/a.json.njk', '{\n  "a": #{ cluster.cluster_name }#,\n}\n'],
      ['project/a.sops.yaml.njk', 'a: 1\nb: [\n'],
      ['project/.sops.yaml.njk', 'a: 1\n'],
      ['project/con.txt', ''],
      ['stack/main.tf', 'locals {}\n'],
      ['stack/own.auto.tfvars.njk', 'cluster_name = "other"\n'],
    ]);
    expect(told.toSorted()).toEqual([
      'project/.sops.yaml.njk path-reserved',
      'project/a.json.njk:3:1 output-unparsable',
      'project/a.sops.yaml.njk:3:1 output-unparsable',
      'project/a.yaml.njk:2:1 output-unparsable',
      'project/con.txt path-outside',
      'stack/hcl.tf.njk:3:1 output-unparsable',
      'stack/main.tf path-collision',
      'stack/own.auto.tfvars.njk output-differs',
    ]);
  });

  test('what lies in no folder that is rendered', () => {
    expect(refusedTemplates([['own.tf.njk', '']])).toEqual(['own.tf.njk template-misplaced']);
  });
});

describe('a disk', () => {
  /** Whether a program of the system did it; most need a privileged user, and not every file system can. */
  function can(program: string, ...args: string[]): boolean {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  /** For everyone but root the mode does; root needs a file that even root may not change. */
  function makeReadOnly(folder: string, { skip }: TestContext): void {
    if (process.platform === 'win32') skip('Windows has no read-only folders');
    onTestFinished(() => chmodSync(folder, 0o755));
    chmodSync(folder, 0o555);
    if (process.getuid?.() !== 0) return;
    if (!can('chattr', '+i', folder)) skip('this file system has no immutable files');
    onTestFinished(() => void can('chattr', '-i', folder));
  }

  function ready(): string {
    const folder = project({}, 'ha');
    expect(nigari(folder, ['init']).status).toBe(0);
    return folder;
  }

  test('with a read-only target folder', (context) => {
    const folder = ready();
    mkdirSync(join(folder, 'infrastructure'));
    makeReadOnly(join(folder, 'infrastructure'), context);
    expect(errors(refused(folder, 2))).toEqual(['infrastructure/tofu permission-denied']);
  });

  test('with a file in place of the target folder', () => {
    const folder = ready();
    writeFileSync(join(folder, 'infrastructure'), 'mine\n');
    expect(new Set(errors(refused(folder, 2)))).toEqual(new Set(['infrastructure file-in-the-way']));
  });

  test('with a folder in place of a target file', () => {
    const folder = ready();
    mkdirSync(join(folder, 'infrastructure/tofu/main.tf'), { recursive: true });
    expect(errors(refused(folder, 2))).toEqual(['infrastructure/tofu/main.tf folder-in-the-way']);
  });

  test('that is full', ({ skip }) => {
    const folder = project();
    if (!can('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)) skip('no small disk can be mounted here');
    onTestFinished(() => void can('umount', folder));
    for (const name of INPUTS) writeFileSync(join(folder, name), fixture(name));
    expect(nigari(folder, ['init']).stderr).toContain('(disk-full)');
    rmSync(join(folder, '.nigari'), { recursive: true, force: true });
    const told = errors(refused(folder, 2));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^infrastructure\/\S+ disk-full$/);
  });
});
