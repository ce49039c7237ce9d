/** What `nigari talos … --json` gives a program: one value, and nothing else. */
import { describe, expect, test } from 'vitest';
import { talosProject } from '../support/talos-project.ts';
import { realTool } from '../support/tools.ts';

describe.skipIf(realTool('talosctl') === null)('on stdout', () => {
  test('is one value of JSON, whatever happens', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    const value = async (words: string, status = 0): Promise<unknown> =>
      JSON.parse((await nigari([...words.split(' '), '--json'], status)).stdout) as unknown;
    const one = (part: object): unknown => expect.objectContaining(part);

    expect(await value('bootstrap talos --dry-run')).toEqual({
      calls: expect.arrayContaining([one({ what: 'ask cp-1', call: expect.stringMatching(/^talosctl version /) })]),
    });
    expect(await value('talos validate')).toEqual(done({ name: 'cp-1', valid: true }, { name: 'wk-1', valid: true }));
    expect(await value('talos nodes', 2)).toEqual(problems('talos-not-bootstrapped'));
    expect(await value('bootstrap talos')).toEqual(one({ cluster: 'demo', nodes: 2 }));
    expect(await value('talos diff')).toEqual(done());
    expect(await value('talos upgrade')).toEqual(done());
    expect(await value('talos upgrade-k8s')).toEqual(done());
    edit('talos/nodes/cp-1.yaml', (text) => text.replace(/^machine:\n/m, 'machine:\n  udev: { rules: [x] }\n'));
    const change = one({ name: 'cp-1', joins: false, reboots: true, diff: expect.stringContaining('udev') });
    expect(await value('talos diff --stale-ok --check', 5)).toEqual(done(change));
    expect(await value('talos apply --stale-ok', 2)).toEqual(problems('consent-needed'));
    expect(await value('talos apply --stale-ok --yes --node cp-1')).toEqual(done(change));
    talos.power('wk-1', 'off');
    expect(await value('talos status --stale-ok', 4)).toEqual(
      one({ healthy: false, problems: [one({ code: 'talos-refused' })] }),
    );
    expect(await value('talos nodes --stale-ok --node wk-1')).toEqual({ nodes: [one({ state: 'silent' })] });
    const silent = one({ name: 'wk-1', state: 'silent' });
    const unseen = { nodes: [silent], problems: [one({ code: 'talos-refused' })] };
    expect(await value('talos diff --stale-ok', 4)).toEqual(unseen);
    expect(await value('talos apply --stale-ok --timeout 3', 4)).toEqual(unseen);
    expect(await value('talos verify --stale-ok', 4)).toEqual({
      rows: expect.arrayContaining([one({ name: 'wk-1', status: 'fail' })]),
    });
  });

  test('is what was due and what was done, in an upgrade and in a reset', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    const value = async (words: string, status = 0): Promise<unknown> =>
      JSON.parse((await nigari([...words.split(' '), '--json'], status)).stdout) as unknown;
    await nigari(['bootstrap', 'talos']);
    edit('cluster.yaml', (text) => text.replace('1.13.0', '1.13.2').replace('1.36.0', '1.36.1'));
    await nigari(['configure']);

    const talosDue = (...names: readonly string[]) => names.map((name) => ({ name, from: '1.13.0', to: '1.13.2' }));
    const kubernetesDue = ['cp-1', 'wk-1'].map((name) => ({ name, from: '1.36.0', to: '1.36.1' }));
    expect(await value('talos upgrade --dry-run')).toMatchObject(each(talosDue('cp-1', 'wk-1'), { done: false }));
    expect(await value('talos upgrade wk-1')).toMatchObject(each(talosDue('wk-1'), { done: true }));
    talos.fail({ how: 'upgrade-rolls-back', times: 1 });
    expect(await value('talos upgrade', 4)).toEqual(problems('talos-rolled-back'));
    expect(await value('talos upgrade')).toEqual({
      nodes: [expect.objectContaining({ name: 'cp-1', image: expect.stringMatching(/:v1\.13\.2$/), done: true })],
      problems: [],
    });
    expect(await value('talos upgrade-k8s --dry-run')).toEqual(each(kubernetesDue, { done: false }));
    expect(await value('talos upgrade-k8s')).toEqual(each(kubernetesDue, { done: true }));
    expect(await value('talos reset wk-1', 2)).toEqual(problems('consent-needed'));
    expect(await value('talos reset wk-1 --yes')).toEqual(done({ name: 'wk-1', done: true }));
    expect(await value('talos reset wk-1 --yes')).toEqual(done({ name: 'wk-1', done: false }));
  });
});

const done = (...nodes: readonly unknown[]) => ({ nodes, problems: [] });

const each = (nodes: readonly object[], more: object) => done(...nodes.map((node) => ({ ...node, ...more })));

const problems = (code: string): unknown => expect.objectContaining({ problems: [expect.objectContaining({ code })] });
