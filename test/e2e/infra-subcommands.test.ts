/** Every `nigari infra …` that runs OpenTofu: what each child is given, and that none is started for which something is missing. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INFRA } from '../../scripts/verbs/infra.ts';
import { fakeTofu } from '../support/fake-tofu.ts';
import { emptyFolder, nigari } from '../support/project.ts';

const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://127.0.0.1:9
proxmox_node: pve
tfstate_url: http://127.0.0.1:9/states
`;
const SECRETS = `proxmox_api_token_id: planted@pve!token-name
proxmox_api_token_secret: 5ec4e700-1234-4000-8000-0123456789ab
tfstate_password: planted-state-password
state_encryption_passphrase: planted passphrase of the state
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';

/** What each needs, and the arguments that it cannot do without. What asks an address itself is not here for the tofu it runs. */
const NEEDS: Readonly<Record<string, readonly [needs: 'nothing' | 'state' | 'everything', ...args: string[]]>> = {
  init: ['state'],
  upgrade: ['state'],
  plan: ['everything'],
  apply: ['everything'],
  'apply-auto': ['everything', '--yes'],
  destroy: ['everything', '--yes'],
  adopt: ['everything', '--yes'],
  output: ['state'],
  show: ['state'],
  'state-list': ['state'],
  refresh: ['everything'],
  import: ['everything', 'a.b', 'c'],
  'force-unlock': ['state', '--yes'],
  'state-push': ['state', 'copy.tfstate'],
  'migrate-encryption': ['state'],
  validate: ['nothing'],
  fmt: ['nothing'],
  console: ['everything'],
};
const MISSING = {
  nothing: [],
  state: ['tfstate_password'],
  everything: ['tfstate_password', 'proxmox_api_token_id', 'proxmox_api_token_secret'],
};

const store = mkdtempSync(join(tmpdir(), 'nigari-test-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));
const without = join(store, 'without');
const withSecrets = join(store, 'with');
beforeAll(() => {
  make(without, CLUSTER);
  make(withSecrets, CLUSTER + SECRETS);
});

function make(folder: string, cluster: string): void {
  const files = { 'cluster.yaml': cluster, 'nodes.yaml': NODES, 'copy.tfstate': '{}' };
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const args of [['init'], ['configure', '--no-init']]) expect(nigari(folder, args).status).toBe(0);
}

function copyOf(made: string): string {
  const folder = emptyFolder();
  cpSync(made, folder, { recursive: true });
  return folder;
}

test('no verb is left out', () => {
  const verbs = INFRA.verbs.map(({ name }) => name);
  expect(Object.keys(NEEDS).toSorted()).toEqual(verbs.toSorted());
});

describe.skipIf(process.platform === 'win32').each(Object.entries(NEEDS))('infra %s', (verb, [needs, ...args]) => {
  test('without credentials: tofu is not started, and each is named', () => {
    const folder = copyOf(without);
    const { env, runs } = fakeTofu(folder);
    const ended = nigari(folder, ['infra', verb, ...args], env);
    const missing = [...ended.stderr.matchAll(/(\w+) is not set: .*\(credential-missing\)/g)].map(([, key]) => key);
    expect([missing, ended.status], ended.all).toEqual([MISSING[needs], needs === 'nothing' ? 0 : 2]);
    expect(runs().length > 0).toBe(needs === 'nothing');
  });

  test('every child has what it may need for a store of states, and secrets only where it needs them', () => {
    const folder = copyOf(withSecrets);
    const { env, calls } = fakeTofu(folder);
    nigari(folder, ['infra', verb, ...args], env);
    const children = calls().filter(({ args: [word] }) => word !== 'version');
    // What http locks, nigari itself asks for.
    expect(children.length > 0).toBe(verb !== 'force-unlock');
    for (const child of children) {
      expect(child.env).toMatchObject({
        AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
        AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
        TF_IN_AUTOMATION: '1',
      });
      expect(child.args.join(' ')).not.toMatch(/planted|5ec4e700/);
      const { TF_HTTP_PASSWORD: password, TF_VAR_state_encryption_passphrase: passphrase } = child.env;
      const isOpened = needs !== 'nothing';
      expect([password, passphrase]).toEqual(
        isOpened ? ['planted-state-password', 'planted passphrase of the state'] : [undefined, undefined],
      );
    }
  });
});
