/** What holds of the patches whatever the inputs say, and what no talosctl would complain of. */
import { describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { TALOS_SUPPORT } from '../../scripts/config/talos-versions.ts';
import { renderModel, scenarios, scenarioTexts, writtenIn } from '../support/render.ts';
import { clusterOf, documentsOf, type Documents } from '../support/talos/generate.ts';

const VERSIONS = [...TALOS_SUPPORT.keys()].map((minor) => `1.${minor}.1`);

/** The texts of `talos/`, by path. */
async function talosFiles(scenario: string, talos_version: string): Promise<ReadonlyMap<string, string>> {
  const { cluster, nodes } = writtenIn(await scenarioTexts(scenario));
  const { artifacts } = await renderModel(derive({ cluster: { ...cluster, talos_version }, nodes }).model);
  const files = artifacts.filter(({ path }) => path.startsWith('talos/'));
  return new Map(files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));
}

/** The documents of each node, from all its patches: without what users say in their own words. */
async function patchesOf(scenario: string, version: string): Promise<ReadonlyMap<string, Documents>> {
  const files = await talosFiles(scenario, version);
  const { nodes } = clusterOf(files.get('talos/cluster.yaml') ?? '');
  return new Map(
    nodes.map(({ name, patches }) => [
      name,
      patches.filter((path) => !/\bown\.yaml$/.test(path)).flatMap((path) => documentsOf(files.get(path) ?? '')),
    ]),
  );
}

const named = (documents: Documents, kind: string) => documents.filter((document) => document['kind'] === kind);
const MAC = /^mac\(link\.permanent_addr\) == "[0-9a-f]{2}(:[0-9a-f]{2}){5}"$/;

describe.each(scenarios)('the patches of %s', (scenario) => {
  test.each(VERSIONS)('for Talos %s name every file that there is, and none that is not', async (version) => {
    const files = await talosFiles(scenario, version);
    const { nodes } = clusterOf(files.get('talos/cluster.yaml') ?? '');
    const patches = new Set(nodes.flatMap((node) => node.patches));
    const made = [...files.keys()].filter((path) => !/^talos\/(cluster|talconfig|talenv)\.yaml$/.test(path));
    // Without controllers there would be no such cluster, hence no file that only they need.
    expect([...patches].toSorted()).toEqual(made.toSorted());
  });

  test('never mix the old form of the network with documents', async () => {
    for (const version of VERSIONS) {
      for (const documents of (await patchesOf(scenario, version)).values()) {
        const legacy = documents.some(({ machine }) => typeof machine === 'object' && 'network' in (machine ?? {}));
        expect(legacy).not.toBe(named(documents, 'LinkConfig').length > 0);
        expect(legacy && documents.some(({ kind }) => kind !== undefined)).toBe(false);
      }
    }
  });

  test('say a document once, since what is said twice adds up', async () => {
    for (const documents of (await patchesOf(scenario, '1.13.0')).values()) {
      const names = documents.flatMap(({ kind, name }) => (kind === undefined ? [] : [JSON.stringify([kind, name])]));
      expect(names).toEqual([...new Set(names)]);
    }
  });

  test.each(['1.13.0', '1.14.0'])('for Talos %s use only links that they make, by a MAC address', async (version) => {
    for (const documents of (await patchesOf(scenario, version)).values()) {
      const [alias] = named(documents, 'LinkAliasConfig') as unknown as [{ name: string; selector: { match: string } }];
      const vlans = named(documents, 'VLANConfig');
      expect(alias.selector.match).toMatch(MAC);
      expect(named(documents, 'LinkConfig').map(({ name }) => name)).toEqual([alias.name]);
      expect(vlans.map(({ parent }) => parent)).toEqual(vlans.map(() => alias.name));
      const links = [alias.name, ...vlans.map(({ name }) => name)];
      for (const { link } of named(documents, 'Layer2VIPConfig')) expect(links).toContain(link);
    }
  });

  test('for Talos 1.14 say in the old form only what has no document', async () => {
    for (const documents of (await patchesOf(scenario, '1.14.0')).values()) {
      const old = documents.filter(({ kind }) => kind === undefined);
      const keys = old.flatMap((document) =>
        Object.entries(document).flatMap(([part, below]) => Object.keys(below ?? {}).map((key) => `${part}.${key}`)),
      );
      expect(['machine.certSANs', 'cluster.etcd']).toEqual(expect.arrayContaining(keys));
    }
  });

  test('share the address of the API among the controllers alone', async () => {
    const { cluster, nodes } = writtenIn(await scenarioTexts(scenario));
    const { vip } = derive({ cluster, nodes }).model.talos;
    const patches = await patchesOf(scenario, '1.13.0');
    for (const { name, controller } of nodes) {
      const shared = named(patches.get(name) ?? [], 'Layer2VIPConfig').map((document) => document['name']);
      expect(shared).toEqual(controller && vip !== null ? [vip] : []);
    }
  });
});
