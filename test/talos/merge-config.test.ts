import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { secret, reveal } from '../../scripts/config/secret.ts';
import { mergeConfig, type ConfigKind } from '../../scripts/talos/merge-config.ts';
import { userTalosconfig } from '../../scripts/talos/user-talosconfig.ts';

const KUBE = `apiVersion: v1
kind: Config
clusters: [{ name: demo, cluster: { server: "https://10.0.0.10:6443" } }]
users: [{ name: admin@demo, user: { client-key-data: new } }]
contexts: [{ name: admin@demo, context: { cluster: demo, user: admin@demo } }]
current-context: admin@demo
`;
const OWN = `apiVersion: v1
kind: Config
# of the company
clusters:
  - name: work
    cluster: { server: "https://work:6443" }
  - name: demo
    cluster: { server: "https://old:6443" }
users:
  - { name: me, user: { token: mine } }
contexts:
  - { name: work, context: { cluster: work, user: me } }
current-context: work
preferences: {}
`;

function merged(kind: ConfigKind, own: string, added: string): string {
  const result = mergeConfig(kind, '~/.kube/config', own, added);
  if (!result.ok) throw new Error(result.problems[0]?.code);
  return result.value;
}

describe('a kubeconfig', () => {
  test('is taken as it is where there is none', () => expect(merged('kube', ' \n', KUBE)).toBe(KUBE));

  test('keeps what is another cluster’s, comments too, and replaces what has the same name', () => {
    const text = merged('kube', OWN, KUBE);
    expect(text).toContain('# of the company');
    expect(parse(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'work', cluster: { server: 'https://work:6443' } },
        { name: 'demo', cluster: { server: 'https://10.0.0.10:6443' } },
      ],
      users: [
        { name: 'me', user: { token: 'mine' } },
        { name: 'admin@demo', user: { 'client-key-data': 'new' } },
      ],
      contexts: [
        { name: 'work', context: { cluster: 'work', user: 'me' } },
        { name: 'admin@demo', context: { cluster: 'demo', user: 'admin@demo' } },
      ],
      'current-context': 'admin@demo',
      preferences: {},
    });
    expect(merged('kube', text, KUBE)).toBe(text);
  });

  test('is not touched where it is none', () => {
    for (const own of ['- a list\n', 'a: [\n', 'text'])
      expect(mergeConfig('kube', 'f', own, KUBE)).toMatchObject({ problems: [{ code: 'user-config-unreadable' }] });
  });

  test('gets lists that it lacks', () => {
    expect(parse(merged('kube', 'kind: Config\n', KUBE))).toMatchObject({ clusters: [{ name: 'demo' }] });
  });
});

describe('a talosconfig', () => {
  const NEW = 'context: demo\ncontexts:\n    demo:\n        endpoints: []\n        key: new\n';

  test('keeps other contexts', () => {
    const own = 'context: work\ncontexts:\n  work: { key: mine }\n  demo: { key: old }\n';
    expect(parse(merged('talos', own, NEW))).toEqual({
      context: 'demo',
      contexts: { work: { key: 'mine' }, demo: { endpoints: [], key: 'new' } },
    });
  });

  test('names where the cluster is', () => {
    const node = (name: string, role: 'controller' | 'worker', address: string) =>
      ({ name, role, address, mac: '', disk: null, image: '', patches: [] }) as const;
    const cluster = {
      name: 'demo',
      endpoint: 'https://10.0.0.10:6443',
      talosVersion: '1.13.0',
      kubernetesVersion: '1.36.0',
      driver: 'talosctl',
      cni: 'flannel',
      nodes: [node('cp-1', 'controller', '10.0.0.11'), node('wk-1', 'worker', '10.0.0.21')],
    } as const;
    expect(parse(reveal(userTalosconfig(cluster, secret(NEW))))).toEqual({
      context: 'demo',
      contexts: { demo: { endpoints: ['10.0.0.11'], key: 'new', nodes: ['10.0.0.11', '10.0.0.21'] } },
    });
  });
});
