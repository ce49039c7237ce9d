/** `configure` in a git repository, twenty times with one change each: what git sees is the change, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commit, git, repository } from '../support/git.ts';
import { emptyFolder, nigari, project } from '../support/project.ts';

const SEALED = 'infrastructure/secrets.sops.yaml';
const TFVARS = 'infrastructure/tofu/terraform.tfvars';
const BOB = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg';

const CLUSTER: Readonly<Record<string, string>> = {
  node_cidr: '10.0.0.0/24',
  cluster_api_addr: '10.0.0.10',
  proxmox_api_url: 'https://pve.example.com:8006',
  proxmox_node: 'pve',
  proxmox_api_token_id: 'planted@pve!token',
  proxmox_api_token_secret: '5ec4e700-0000-4000-8000-000000000001',
};
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';

/** Lines that git counts, as `<added> <deleted>`, by file. */
type Lines = Readonly<Record<string, string>>;

interface Step {
  readonly what: string;
  /** Keys of cluster.yaml, which git does not see; null removes one. */
  readonly set?: Readonly<Record<string, string | null>>;
  /** Files to edit: what is replaced, and by what. */
  readonly edit?: Readonly<Record<string, readonly [from: string, to: string]>>;
  /** Of every file; where other generated files change too, of the sealed one. */
  readonly lines: Lines;
  readonly others?: true;
}

/** Of the sealed file. A changed value is three lines: its own, lastmodified and mac. */
const CHANGED = { [SEALED]: '3 3' };
const ADDED = { [SEALED]: '3 2' };
const REMOVED = { [SEALED]: '2 3' };
/** A block of X25519 in its armor: `- enc: |`, seven lines, `recipient: …`. */
const ONE_MORE_RECIPIENT = { [SEALED]: '9 0', '.sops.yaml': '1 1' };

const token = (number: number) => ({
  proxmox_api_token_secret: `5ec4e700-0000-4000-8000-00000000000${number}`,
});

const STEPS: readonly Step[] = [
  { what: 'nothing', lines: {} },
  { what: 'a value', set: token(2), lines: CHANGED },
  { what: 'the same value again', set: token(3), lines: CHANGED },
  { what: 'back to what it was', set: token(2), lines: CHANGED },
  { what: 'nothing', lines: {} },
  { what: 'a new value', set: { state_encryption_passphrase: 'planted passphrase' }, lines: ADDED, others: true },
  { what: 'another length', set: { state_encryption_passphrase: 'planted passphrase, longer' }, lines: CHANGED },
  { what: 'the first value', set: { proxmox_api_token_id: 'other@pve!token' }, lines: CHANGED },
  {
    what: 'a plain value',
    edit: { 'nodes.yaml': ['10.0.0.11', '10.0.0.12'] },
    lines: { [TFVARS]: '2 2', 'talos/cluster.yaml': '1 1', 'talos/nodes/cp-1.yaml': '1 1' },
  },
  { what: 'nothing', lines: {} },
  { what: 'another recipient', edit: { '.sops.yaml': ['age: ', `age: ${BOB},`] }, lines: ONE_MORE_RECIPIENT },
  { what: 'a value for both', set: token(4), lines: CHANGED },
  { what: 'a value removed', set: { state_encryption_passphrase: null }, lines: REMOVED, others: true },
  { what: 'and set again', set: { state_encryption_passphrase: 'planted passphrase' }, lines: ADDED, others: true },
  { what: 'nothing', lines: {} },
  { what: 'two values', set: { ...token(5), proxmox_api_token_id: 'planted@pve!token' }, lines: { [SEALED]: '4 4' } },
  {
    what: 'a text of several lines',
    set: { tfstate_password: '"one\\ntwo"', tfstate_url: 'https://s.example.com' },
    lines: { [SEALED]: '4 2' },
    others: true,
  },
  { what: 'of it one line', set: { tfstate_password: '"one\\nthree"' }, lines: CHANGED },
  { what: 'a value', set: token(6), lines: CHANGED },
  { what: 'nothing', lines: {} },
];

/** Each run is a minute after the last one: `lastmodified` counts seconds, and runs are faster. */
const clock = (minute: number): readonly string[] => {
  const now = Date.UTC(2026, 0, 2, 3, minute);
  const text = `const Real = Date; globalThis.Date = class extends Real { constructor(...all) { super(...(all.length ? all : [${now}])); } };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(text)}`];
};

const yaml = (values: Readonly<Record<string, string | null>>): string =>
  Object.entries(values)
    .map(([key, value]) => (value === null ? '' : `${key}: ${value}\n`))
    .join('');

/** What git would commit, by file; what the test itself edits in the inputs is left out. */
/** Edited by the test, and the list of hashes: a line for each generated file that changed. */
const PASSED_OVER = ['nodes.yaml', '.nigari/manifest.json'];

function changedLines(folder: string): Lines {
  git(folder, 'add', '-A');
  const rows = git(folder, 'diff', '--cached', '--numstat').split('\n').filter(Boolean);
  const all = rows.map((row) => row.split('\t')).map(([added, deleted, path = '']) => [path, `${added} ${deleted}`]);
  return Object.fromEntries(all.filter(([path]) => !PASSED_OVER.includes(path ?? ''))) as Lines;
}

test('twenty runs with one change each', { timeout: 240_000 }, () => {
  const folder = project({ 'cluster.yaml': yaml(CLUSTER), 'nodes.yaml': NODES });
  const env = { XDG_STATE_HOME: emptyFolder() };
  expect(nigari(folder, ['init']).status).toBe(0);
  expect(nigari(folder, ['configure'], env, clock(0)).status).toBe(0);
  repository(folder);
  let values: Record<string, string | null> = { ...CLUSTER };
  for (const [index, { what, set = {}, edit = {}, lines, others }] of STEPS.entries()) {
    values = { ...values, ...set };
    writeFileSync(join(folder, 'cluster.yaml'), yaml(values));
    for (const [path, [from, to]] of Object.entries(edit)) {
      const text = readFileSync(join(folder, path), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(folder, path), text.replace(from, to));
    }
    const ended = nigari(folder, ['configure'], env, clock(index + 1));
    expect(ended.status, ended.all).toBe(0);
    const status = git(folder, 'status', '--porcelain');
    const changed = changedLines(folder);
    const seen = others ? { [SEALED]: changed[SEALED] } : changed;
    expect(seen, `${index + 1}: ${what}`).toEqual(lines);
    expect(status === '').toBe(what === 'nothing');
    if (what !== 'nothing') commit(folder, what);
  }
  expect(STEPS).toHaveLength(20);
});
