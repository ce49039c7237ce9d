/** What an upgrade meets: pods that stay, nodes without a network, machines with an older Talos. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { talosProject, type TalosProject } from '../support/talos-project.ts';
import type { Kubernetes } from '../support/talos/kubernetes/objects.ts';
import { realTool } from '../support/tools.ts';

const NODES = { 'cp-1': 11, 'wk-1': 21 };

/** A cluster whose files say another Talos than its machines run. */
async function due(more = '', from = '1.13.0', to = '1.13.2'): Promise<TalosProject> {
  const made = await talosProject(NODES, more);
  const { nigari, edit } = made;
  edit('cluster.yaml', (text) => text.replace('1.13.0', from).replace('1.36.0', '1.34.0'));
  await nigari(['configure']);
  await nigari(['bootstrap', 'talos']);
  edit('cluster.yaml', (text) => text.replace(`talos_version: ${from}`, `talos_version: ${to}`));
  await nigari(['configure']);
  return made;
}

const kubernetesOf = ({ talos }: TalosProject): Kubernetes => talos.clusters()[0]?.kubernetes as Kubernetes;

const versions = ({ talos }: TalosProject): readonly string[] => [...talos.nodes.values()].map((node) => node.version);

/** One that says that it is 1.12, and knows no more flags than that. @returns a PATH */
function olderTalosctl(folder: string): string {
  const lines = [
    '#!/bin/sh',
    'case " $* " in',
    '*" --client "*) echo "Client:"; echo "Talos v1.12.4"; exit ;;',
    '*" --drain"*) echo "unknown flag: --drain" >&2; exit 1 ;;',
    'esac',
    `exec ${realTool('talosctl')} "$@"`,
  ];
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/talosctl'), `${lines.join('\n')}\n`, { mode: 0o755 });
  return `${join(folder, 'bin')}:${process.env['PATH']}`;
}

const configs = ({ talos }: TalosProject): readonly (string | undefined)[] =>
  [...talos.nodes.values()].map(({ config }) => config?.text);

/** Calls that change a machine. */
const changesAt = ({ talos }: TalosProject): readonly string[] =>
  Object.keys(NODES)
    .flatMap((name) => talos.calls(name))
    .flatMap(({ call }) => (/Upgrade|Reboot|Pull|Apply/.test(call) ? [call] : []));

describe.skipIf(realTool('talosctl') === null)('nigari talos upgrade', () => {
  test.each([
    ['talos-minor-skipped', '1.11.5', '1.13.0', /cp-1 \(.*\) runs Talos 1\.11\.5.*1\.13\.0[^]*newest 1\.12/],
    [
      'talos-downgrade',
      '1.13.2',
      '1.13.0',
      /cp-1 \(.*\) runs Talos 1\.13\.2.*1\.13\.0[^]*set talos_version to 1\.13\.2/,
    ],
  ])('touches nothing where Talos has no way there, unless it is told to: %s', async (code, from, to, said) => {
    const made = await due('', from, to);
    const before = changesAt(made);
    for (const more of [[], ['--dry-run'], ['wk-1']])
      expectClear(await made.nigari(['talos', 'upgrade', ...more], 2), code);
    expect((await made.nigari(['talos', 'upgrade'], 2)).stderr).toMatch(said);
    const status = await made.nigari(['talos', 'status'], 4);
    expect(status.stderr).toContain(`(${code})`);
    expect(status.stderr).not.toMatch(/`[^`]*talos upgrade`$/m);
    expect((await made.nigari(['talos', 'verify'])).stdout).toMatch(/talos_version is 1\.13\.0: set talos_version to/);
    expect(changesAt(made)).toEqual(before);
    const ended = await made.nigari(['talos', 'upgrade', '--allow-unsupported-path', '--timeout', '60']);
    expect(ended.stderr).toMatch(new RegExp(`^warning .*\\(${code}\\)$`, 'm'));
    expect(versions(made)).toEqual([to, to]);
  });

  test('says that a node could not be drained, and goes on from there', async () => {
    const made = await due();
    const { pods, nodes } = kubernetesOf(made);
    pods.push({ namespace: 'default', name: 'db-0', nodeName: 'wk-1', stays: true });
    const ended = await made.nigari(['talos', 'upgrade', 'wk-1', '--timeout', '8'], 4);
    expectClear(ended, 'talos-drain-failed');
    expect(made.talos.nodes.get('wk-1')).toMatchObject({
      version: '1.13.0',
      installed: expect.stringMatching(/1\.13\.2$/),
    });
    expect(nodes.get('wk-1')?.unschedulable).toBe(true);
    pods.length = 0;
    await made.nigari(['talos', 'upgrade', '--timeout', '60']);
    expect(versions(made)).toEqual(['1.13.2', '1.13.2']);
    expect(nodes.get('wk-1')?.unschedulable).toBe(false);
  });

  test('waits for no network that is not there', async () => {
    const made = await due('cluster_cni: none\n');
    made.edit('cluster.yaml', (text) => text.replace('1.34.0', '1.35.0'));
    await made.nigari(['configure']);
    const ended = await made.nigari(['talos', 'upgrade', '--timeout', '60']);
    expect(ended.stdout).toMatch(/Next, .*\n .* talos upgrade-k8s\n .* talos apply$/m);
    expect(versions(made)).toEqual(['1.13.2', '1.13.2']);
  });

  test('is what follows where a machine was reset and joins again: it keeps the Talos that it has', async () => {
    const made = await due();
    const { talos, nigari } = made;
    await nigari(['talos', 'reset', 'wk-1', '--yes']);
    await talos.until(({ nodes }) => nodes.get('wk-1')?.stage === 'maintenance');
    expect((await nigari(['talos', 'verify', 'wk-1'])).stdout).toMatch(/one that was reset keeps its own: .*upgrade/);
    await nigari(['talos', 'apply', 'wk-1']);
    expect(versions(made)).toEqual(['1.13.0', '1.13.0']);
    await nigari(['talos', 'upgrade', '--timeout', '60']);
    expect(versions(made)).toEqual(['1.13.2', '1.13.2']);
  });

  test('says what a machine lacked that came back', async () => {
    const made = await due();
    made.talos.fail({ node: 'wk-1', how: 'kubelet-fails', times: 1 });
    const ended = await made.nigari(['talos', 'upgrade', 'wk-1', '--timeout', '8'], 4);
    expectClear(ended, 'talos-not-ready-again');
    expect(ended.stderr).toContain('kubelet not running');
  });

  test('is done in the older way where Talos is older, and by an older talosctl', async () => {
    const made = await due('', '1.12.4', '1.12.6');
    made.talos.fail({ node: 'cp-1', how: 'upgrade-fails', times: 1 });
    expectClear(await made.nigari(['talos', 'upgrade', '--timeout', '60'], 4), 'talos-sequence-failed');
    await made.nigari(['talos', 'upgrade', '--timeout', '60'], 0, { PATH: olderTalosctl(made.folder) });
    expect(versions(made)).toEqual(['1.12.6', '1.12.6']);
  });
});

describe.skipIf(realTool('talosctl') === null)('nigari talos upgrade-k8s', () => {
  test.each([
    ['kubernetes-unsupported-path', '1.13.0', '1.36.0', 'and not back: 1.34->1.36 (from "1.34.0" to "1.36.0")'],
    ['kubernetes-unsupported-path', '1.13.0', '1.33.4', 'and not back: 1.34->1.33 (from "1.34.0" to "1.33.4")'],
    ['kubernetes-not-for-talos', '1.11.5', '1.35.0', 'Kubernetes 1.35.0 is too new to be used with Talos 1.11.5'],
  ])('changes nothing where there is no way there: %s, Talos %s, Kubernetes %s', async (code, from, wanted, said) => {
    const made = await due('', from, '1.13.0');
    made.edit('cluster.yaml', (text) => text.replace('1.34.0', wanted));
    await made.nigari(['configure']);
    const before = changesAt(made);
    const ended = await made.nigari(['talos', 'upgrade-k8s'], 4);
    expectClear(ended, code);
    expect(ended.stderr).toContain(said);
    expect(changesAt(made)).toEqual(before);
  });

  test('is the only way to another Kubernetes, and goes to its end also where every kubelet has it', async () => {
    const made = await due('', '1.13.0', '1.13.0');
    const { nigari, edit } = made;
    edit('cluster.yaml', (text) => text.replace('1.34.0', '1.35.0'));
    await nigari(['configure']);
    const before = configs(made);
    const refused = await nigari(['talos', 'apply', '--yes'], 2);
    expectClear(refused, 'kubernetes-upgrade-first');
    expect(refused.stderr).toMatch(/cp-1, wk-1: .* 1\.34\.0 → 1\.35\.0[^]*talos upgrade-k8s/);
    expect((await nigari(['talos', 'diff'])).stderr).toMatch(/^note .*\(kubernetes-upgrade-first\)$/m);
    expect(configs(made)).toEqual(before);
    await nigari(['talos', 'upgrade-k8s']);
    expect((await nigari(['talos', 'diff', '--check'])).stdout).toContain('every machine has the configuration');
    for (const more of [[], ['--dry-run']]) {
      const { stdout } = await nigari(['talos', 'upgrade-k8s', ...more]);
      expect(stdout).toMatch(/every node runs Kubernetes 1\.35\.0[^]*manifests/);
    }
  });

  test('ends a talosctl that waits for ever, and goes on from there', async () => {
    const made = await due('', '1.13.0', '1.13.0');
    made.edit('cluster.yaml', (text) => text.replace('1.34.0', '1.35.0'));
    await made.nigari(['configure']);
    made.talos.fail({ how: 'silent', call: 'ApplyConfiguration' });
    const ended = await made.nigari(['talos', 'upgrade-k8s', '--timeout', '3'], 4);
    expectClear(ended, 'kubernetes-upgrade-late');
    expect(ended.stderr).toContain('not upgraded in 6 s');
    made.talos.heal();
    await made.nigari(['talos', 'upgrade-k8s']);
    expect((await made.nigari(['talos', 'status'])).stdout).toContain('all is well');
  });
});
