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
    expect(await value('talos nodes', 2)).toEqual(problems('talos-not-bootstrapped'));
    expect(await value('bootstrap talos')).toEqual(one({ cluster: 'demo', nodes: 2 }));
    expect(await value('talos diff')).toEqual({ nodes: [] });
    edit('talos/nodes/cp-1.yaml', (text) => text.replace(/^machine:\n/m, 'machine:\n  udev: { rules: [x] }\n'));
    const change = one({ name: 'cp-1', joins: false, reboots: true, diff: expect.stringContaining('udev') });
    expect(await value('talos diff --stale-ok --check', 5)).toEqual({ nodes: [change] });
    expect(await value('talos apply --stale-ok', 2)).toEqual(problems('consent-needed'));
    expect(await value('talos apply --stale-ok --yes --node cp-1')).toEqual({ nodes: [change] });
    talos.power('wk-1', 'off');
    expect(await value('talos status --stale-ok', 4)).toEqual(
      one({ healthy: false, problems: [one({ code: 'talos-refused' })] }),
    );
    expect(await value('talos nodes --stale-ok --node wk-1')).toEqual({ nodes: [one({ state: 'silent' })] });
    expect(await value('talos verify --stale-ok', 4)).toEqual({
      rows: expect.arrayContaining([one({ name: 'wk-1', status: 'fail' })]),
    });
  });
});

const problems = (code: string): unknown => expect.objectContaining({ problems: [expect.objectContaining({ code })] });
