/** `configure` where no key opens what is sealed, and `configure --check`. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, nigari, project, tree } from '../support/project.ts';

const SEALED = 'infrastructure/secrets.sops.yaml';
const TFVARS = 'infrastructure/tofu/terraform.tfvars';
const TOKEN = '5ec4e700-1234-4000-8000-0123456789ab';
const OTHER_TOKEN = '5ec4e700-1234-4000-8000-0123456789ac';
const NETWORK = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
`;
const CREDENTIALS = `proxmox_api_token_id: planted@pve!token-name
proxmox_api_token_secret: ${TOKEN}
state_encryption_passphrase: planted passphrase
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';

interface Configured {
  readonly folder: string;
  /** The environment of the machine that it was configured on. */
  readonly here: Record<string, string>;
}

/** A project after `init` and `configure`, made once. */
const template = mkdtempSync(join(tmpdir(), 'nigari-test-'));
beforeAll(() => {
  const made = join(template, 'project');
  mkdirSync(made);
  writeFileSync(join(made, 'cluster.yaml'), NETWORK + CREDENTIALS);
  writeFileSync(join(made, 'nodes.yaml'), NODES);
  for (const verb of ['init', 'configure']) {
    const ended = nigari(made, [verb], { XDG_STATE_HOME: join(template, 'state') });
    if (ended.status !== 0) throw new Error(ended.all);
  }
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

function configured(): Configured {
  const folder = emptyFolder();
  cpSync(join(template, 'project'), folder, { recursive: true });
  return { folder, here: { XDG_STATE_HOME: join(template, 'state') } };
}

function withoutKey(): Configured {
  const made = configured();
  rmSync(join(made.folder, 'age.key'));
  return made;
}

function edit(folder: string, path: string, from: string, to: string): void {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, path), text.replace(from, to));
}

describe('without the key', () => {
  test('nothing changed: kept, and all is well', () => {
    const { folder, here } = withoutKey();
    // What nigari remembers of its last run is another thing under another environment.
    const files = () => [...tree(folder)].filter(([path]) => path !== '.nigari/cache/last-run');
    const before = files();
    for (const env of [here, {}]) {
      const ended = nigari(folder, ['configure'], env);
      expect(ended.status, ended.all).toBe(0);
      expect(ended.stderr).toContain(`${SEALED}: kept, cannot be compared`);
    }
    expect(files()).toEqual(before);
  });

  test('a plain value changed: that is written, and what is sealed is kept', () => {
    const { folder } = withoutKey();
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.12');
    const ended = nigari(folder, ['configure', '--json']);
    expect(ended.status, ended.all).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      updated: [TFVARS, 'talos/cluster.yaml', 'talos/nodes/cp-1.yaml'],
      problems: [{ code: 'sealed-kept' }],
    });
  });

  test.each([
    [
      'a secret less',
      'state_encryption_passphrase: planted passphrase',
      '',
      /state_encryption_passphrase is no longer set/,
    ],
    ['a longer secret', 'token-name', 'token-name-2', /proxmox_api_token_id has another value/],
    ['another secret of the same length', TOKEN, OTHER_TOKEN, /a value is another one/],
  ])('%s: refused, and nothing is written, plain files neither', (_, from, to, words) => {
    const { folder, here } = withoutKey();
    edit(folder, 'cluster.yaml', from, to);
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.12');
    const before = tree(folder);
    for (const verb of [['configure'], ['configure', '--check']]) {
      const ended = nigari(folder, verb, here);
      expect(ended.status, ended.all).toBe(2);
      expect(ended.stderr).toMatch(/sealed-inputs-changed/);
      expect(ended.stderr).toMatch(words);
      expect(ended.stderr).toMatch(/wanted is the key of age1/);
      expect(ended.all).not.toContain(OTHER_TOKEN);
    }
    expect(tree(folder)).toEqual(before);
  });

  test('diff names the sealed file that it cannot compare', () => {
    const { folder } = withoutKey();
    const line = `keep ${SEALED} (sealed: not compared, no key here opens it)\n`;
    for (const args of [['diff'], ['diff', '--stat']]) {
      const { status, stdout, stderr } = nigari(folder, args);
      expect([status, stdout]).toEqual([0, line]);
      expect(stderr).toContain('nothing else would change');
    }
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.12');
    expect(nigari(folder, ['diff']).stdout.startsWith(`${line}diff --git `)).toBe(true);
    for (const args of [['diff'], ['configure', '--check']])
      expect(JSON.parse(nigari(folder, [...args, '--json']).stdout)).toMatchObject({ notCompared: [SEALED] });
    expect(JSON.parse(nigari(configured().folder, ['diff', '--json']).stdout)).toMatchObject({ notCompared: [] });
  });

  test('on another machine a secret of the same length cannot be told', () => {
    const { folder } = withoutKey();
    edit(folder, 'cluster.yaml', TOKEN, OTHER_TOKEN);
    expect(nigari(folder, ['configure'], { XDG_STATE_HOME: emptyFolder() })).toMatchObject({ status: 0 });
  });

  test('with the key back, what changed is sealed', () => {
    const { folder, here } = configured();
    renameSync(join(folder, 'age.key'), join(folder, 'away'));
    edit(folder, 'cluster.yaml', TOKEN, OTHER_TOKEN);
    expect(nigari(folder, ['configure'], here).status).toBe(2);
    renameSync(join(folder, 'away'), join(folder, 'age.key'));
    expect(JSON.parse(nigari(folder, ['configure', '--json'], here).stdout)).toMatchObject({ updated: [SEALED] });
  });
});

test('a credential that was sealed, but not configured, is found without the key', () => {
  const { folder } = configured();
  expect(nigari(folder, ['init', '--commit-config'])).toMatchObject({ status: 0 });
  expect(nigari(folder, ['configure'])).toMatchObject({ status: 0 });
  const set = nigari(folder, ['secrets', 'set', 'cf_account_id'], {}, [], 'planted0account');
  expect(set.status, set.all).toBe(0);
  rmSync(join(folder, 'age.key'));
  const ended = nigari(folder, ['configure', '--check']);
  expect(ended.status, ended.all).toBe(2);
  expect(ended.stderr).toMatch(/cf_account_id is new +\(sealed-inputs-changed\)/);
});

test('SOPS_AGE_RECIPIENTS is warned of, and not obeyed', () => {
  const { folder } = configured();
  edit(folder, 'cluster.yaml', TOKEN, OTHER_TOKEN);
  const other = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg';
  const env = { SOPS_AGE_RECIPIENTS: other };
  for (const [verb, input] of [
    [['configure']],
    [['secrets', 'set', 'mine', '--file', 'secrets.sops.yaml'], 'planted'],
  ] as const) {
    const ended = nigari(folder, verb, env, [], input);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stderr).toContain('sops-age-recipients-set');
  }
  for (const path of [SEALED, 'secrets.sops.yaml'])
    expect(readFileSync(join(folder, path), 'utf8')).not.toContain(other);
});

test('a key that sops would not find is told by the commands that open something', () => {
  const { folder } = configured();
  const other = project({});
  nigari(other, ['init']);
  const key = /^AGE-SECRET-KEY-.*$/m.exec(readFileSync(join(other, 'age.key'), 'utf8'))?.[0] ?? '';
  for (const verb of [['configure'], ['secrets', 'show', 'proxmox_api_token_secret']]) {
    const ended = nigari(folder, verb, { SOPS_AGE_KEY: key });
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stderr.match(/age-keys-disagree/g)).toHaveLength(1);
  }
});

describe('configure --check', () => {
  test('writes nothing; 0 where nothing would change', () => {
    const { folder } = configured();
    const before = tree(folder);
    const ended = nigari(folder, ['configure', '--check'], { XDG_STATE_HOME: emptyFolder() });
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout).toMatch(/^0 to create, 0 to update, 0 to delete, 13 unchanged\n$/m);
    expect(tree(folder)).toEqual(before);
  });

  test('5 and the list where something would', () => {
    const { folder } = configured();
    edit(folder, 'cluster.yaml', TOKEN, OTHER_TOKEN);
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.12');
    rmSync(join(folder, 'infrastructure/tofu/main.tf'));
    const before = tree(folder);
    const ended = nigari(folder, ['configure', '--check']);
    expect(ended.status, ended.all).toBe(5);
    expect(ended.stdout).toContain('would create  infrastructure/tofu/main.tf');
    for (const path of [SEALED, TFVARS]) expect(ended.stdout).toContain(`would update  ${path}`);
    expect(ended.stdout).toContain('1 to create, 4 to update, 0 to delete, 8 unchanged');
    const data = nigari(folder, ['configure', '--check', '--json']);
    expect(data.status).toBe(5);
    expect(JSON.parse(data.stdout)).toMatchObject({
      check: true,
      created: ['infrastructure/tofu/main.tf'],
      updated: [SEALED, TFVARS, 'talos/cluster.yaml', 'talos/nodes/cp-1.yaml'],
      init: [],
    });
    expect(tree(folder)).toEqual(before);
  });

  test('in a project where nothing was made yet, it makes nothing either', () => {
    const folder = project({ 'cluster.yaml': NETWORK + CREDENTIALS, 'nodes.yaml': NODES });
    nigari(folder, ['init']);
    const before = tree(folder);
    const state = emptyFolder();
    expect(nigari(folder, ['configure', '--check'], { XDG_STATE_HOME: state }).status).toBe(5);
    expect(tree(folder)).toEqual(before);
    expect([...tree(state).keys()]).toEqual([]);
  });

  test('without the key compares all else, and says so', () => {
    const { folder } = withoutKey();
    const ended = nigari(folder, ['configure', '--check']);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stderr).toContain('kept, cannot be compared');
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.12');
    expect(nigari(folder, ['configure', '--check']).status).toBe(5);
  });

  test('refuses what configure refuses', () => {
    const { folder } = configured();
    writeFileSync(join(folder, 'infrastructure/tofu/main.tf'), '# mine\n');
    expect(nigari(folder, ['configure', '--check'])).toMatchObject({ status: 2 });
    edit(folder, 'nodes.yaml', '10.0.0.11', '10.0.0.300');
    expect(nigari(folder, ['configure', '--check'])).toMatchObject({ status: 2 });
  });
});

describe('a sealed file that is no longer made', () => {
  test('is told, kept, and no reason for another exit code', () => {
    const { folder } = configured();
    edit(folder, 'cluster.yaml', CREDENTIALS, '');
    const before = tree(folder).get(SEALED);
    for (const verb of [['configure'], ['configure', '--check']]) {
      const ended = nigari(folder, [...verb, '--json']);
      expect(ended.status, ended.all).toBe(0);
      const { deleted, problems } = JSON.parse(ended.stdout);
      expect(deleted).toEqual([]);
      expect(problems).toContainEqual(expect.objectContaining({ code: 'sealed-left-over', severity: 'note' }));
    }
    expect(tree(folder).get(SEALED)).toEqual(before);
  });

  test('is told while a state may need it, and everything else stays too', () => {
    const { folder } = configured();
    writeFileSync(join(folder, 'infrastructure/tofu/terraform.tfstate'), '{}');
    writeFileSync(join(folder, 'cluster.yaml'), NETWORK.replace(/^proxmox.*\n/gm, ''));
    writeFileSync(
      join(folder, 'nodes.yaml'),
      NODES.replace(
        /controller: true/,
        '$&\n    disk: /dev/sda\n    mac_addr: "bc:24:11:00:00:01"\n    schematic_id: ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515',
      ),
    );
    const ended = nigari(folder, ['configure', '--json']);
    expect(ended.status, ended.all).toBe(0);
    const { deleted, problems } = JSON.parse(ended.stdout);
    expect(deleted).toEqual([]);
    expect(problems).toContainEqual(expect.objectContaining({ code: 'sealed-left-over' }));
  });
});
