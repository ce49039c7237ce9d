/** docs/ci.md: what its pipelines say is run in fresh clones of a committed project, without and with the key. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fakeTofu, type FakeTofu } from '../support/fake-tofu.ts';
import { readText } from '../support/input.ts';
import { emptyFolder, nigari, project } from '../support/project.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const TOKEN = '5ec4e700-1234-4000-8000-0123456789ab';
const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://127.0.0.1:9
proxmox_node: pve
proxmox_api_token_id: planted@pve!nigari
proxmox_api_token_secret: ${TOKEN}
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';
const { PATH = '' } = process.env;

interface Pipeline {
  readonly name: string;
  readonly check: readonly string[];
  readonly plan: readonly string[];
}

type Job = { readonly steps?: readonly { readonly run?: string }[]; readonly script?: readonly string[] };

/** The commands of a job that are nigari's; that there are no unknown others is checked too. */
function commands({ steps = [], script = [] }: Job = {}): readonly string[] {
  const all = [...steps.flatMap(({ run }) => run ?? []), ...script];
  const others = all.filter((line) => !line.startsWith('npx nigari '));
  expect(['npm ci', 'tofu version']).toEqual(expect.arrayContaining(others));
  return all.filter((line) => !others.includes(line));
}

const [github, gitlab] = [...readText('docs/ci.md').matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) =>
  parse(text),
);
const PIPELINES: readonly Pipeline[] = [
  { name: 'GitHub', check: commands(github.jobs.check), plan: commands(github.jobs.plan) },
  { name: 'GitLab', check: commands(gitlab.check), plan: commands(gitlab.plan) },
];

/** What is pushed: a project whose credentials are sealed, and the key that CI has as a variable. */
let origin = '';
let key = '';
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8' });

beforeAll(() => {
  origin = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  folders.push(origin);
  git(origin, 'init', '--quiet');
  writeFileSync(join(origin, 'cluster.yaml'), CLUSTER);
  writeFileSync(join(origin, 'nodes.yaml'), NODES);
  for (const args of [['init'], ['init', '--commit-config'], ['configure', '--no-init']]) {
    const run = nigari(origin, args);
    if (run.status !== 0) throw new Error(run.all);
  }
  key =
    readFileSync(join(origin, 'age.key'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith('AGE-')) ?? '';
  git(origin, 'add', '--all');
  git(origin, 'commit', '--quiet', '--message', 'all');
});

function clone(): string {
  const folder = emptyFolder();
  git(folder, 'clone', '--quiet', origin, 'clone');
  return join(folder, 'clone');
}

const words = (line: string): readonly string[] => line.split(' ').slice(2);

describe.each(PIPELINES)('$name', ({ check, plan }) => {
  test('its first job passes without a key, and writes nothing', () => {
    expect(check.length).toBeGreaterThan(1);
    const folder = clone();
    for (const line of check) {
      const run = nigari(folder, words(line), { PATH });
      expect(run.status, `${line}\n${run.all}`).toBe(0);
    }
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test.skipIf(process.platform === 'win32')('its second job plans with the key, which OpenTofu does not get', () => {
    const folder = clone();
    const { env, calls } = fakeTofu(emptyFolder());
    for (const line of plan) {
      const run = nigari(folder, words(line), { ...env, SOPS_AGE_KEY: key });
      expect(run.status, `${line}\n${run.all}`).toBe(0);
    }
    const last = calls().find(({ args }) => args[0] === 'plan');
    expect(last?.args).toContain('plan');
    expect(last?.env['TF_VAR_proxmox_api_token_secret']).toBe(TOKEN);
    expect(JSON.stringify(last?.env)).not.toContain('AGE-SECRET-KEY');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test.skipIf(!realTool('tofu'))('its second job plans with the real OpenTofu', () => {
    const folder = clone();
    const runs = plan.map((line) => nigari(folder, words(line), { ...tofuEnv(), SOPS_AGE_KEY: key }));
    const said = runs.map((run) => run.all).join('');
    expect(
      runs.map(({ status }) => status),
      said,
    ).toEqual(plan.map(() => 0));
    expect(said).toMatch(/Plan: 2 to add/);
    expect(said).not.toContain(TOKEN);
  });

  test('a forgotten configure is told by exit code 5', () => {
    const folder = clone();
    writeFileSync(join(folder, 'nodes.yaml'), NODES.replace('10.0.0.11', '10.0.0.12'));
    const compared = check.filter((line) => line.includes('configure --check'));
    expect(compared).toHaveLength(1);
    for (const line of compared) expect(nigari(folder, words(line), { PATH }).status).toBe(5);
  });
});

test('without the key a plan stops before OpenTofu starts', () => {
  const { env, calls } = fakeTofu(project());
  const run = nigari(clone(), ['infra', 'plan'], env);
  expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('(no-key)')]);
  expect(calls().map(({ args }) => args[0])).not.toContain('plan');
});

describe.skipIf(process.platform === 'win32')(
  'a clone that has nodes.yaml and no cluster.yaml, as git leaves it',
  () => {
    const withKey = ({ env }: FakeTofu = fakeTofu(emptyFolder())) => ({ ...env, SOPS_AGE_KEY: key });
    const withoutCluster = (nodes = NODES): string => {
      const folder = clone();
      for (const file of ['cluster.yaml', 'cluster.sops.yaml']) rmSync(join(folder, file));
      writeFileSync(join(folder, 'nodes.yaml'), nodes);
      return folder;
    };

    test('is planned and applied as it was rendered, and leaves the lock file alone', () => {
      const folder = withoutCluster();
      const tofu = fakeTofu(emptyFolder());
      for (const verb of ['plan', 'apply']) {
        const run = nigari(folder, ['infra', verb], withKey(tofu));
        expect(run.status, run.all).toBe(0);
      }
      expect(tofu.calls().find(({ args }) => args[0] === 'init')?.args).toContain('-lockfile=readonly');
      expect(nigari(folder, ['infra', 'upgrade'], withKey()).stderr).toContain('(no-inputs)');
    });

    test.each([
      ['another value', NODES.replace('10.0.0.11', '10.0.0.12'), 'cp-1'],
      ['one more', `${NODES}  - name: wk-1\n    address: 10.0.0.21\n    controller: false\n`, 'wk-1'],
      ['one less', NODES.replace('cp-1', 'cp-9'), 'cp-1, cp-9'],
    ])('is stale where nodes.yaml says something else: %s', (_, nodes, who) => {
      const folder = withoutCluster(nodes);
      const run = nigari(folder, ['infra', 'plan'], withKey());
      expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(`machines \\(${who}\\).*\\(render-stale\\)`)]);
      expect(nigari(folder, ['infra', 'plan', '--stale-ok'], withKey()).status).toBe(0);
    });

    test('is refused where a generated file was edited, or nodes.yaml cannot be read', () => {
      const folder = withoutCluster();
      writeFileSync(join(folder, 'infrastructure/tofu/main.tf'), '');
      expect(nigari(folder, ['infra', 'plan'], withKey()).stderr).toContain('(render-edited)');
      expect(nigari(withoutCluster('nodes: ['), ['infra', 'plan'], withKey()).stderr).toContain('(yaml-syntax)');
    });
  },
);
