/** What holds of the built-in templates whatever the inputs say; `golden.test.ts` has what they make, byte by byte. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { derive } from '../scripts/config/derive.ts';
import type { ClusterYaml } from '../scripts/config/written.gen.ts';
import { SECRET_KEYS } from '../scripts/types.ts';
import { renderModel } from './support/render.ts';

const NETWORK: ClusterYaml = { node_cidr: '10.0.0.0/24', cluster_api_addr: '10.0.0.10' };
const PROXMOX: ClusterYaml = { ...NETWORK, proxmox_api_url: 'https://pve.example.com:8006', proxmox_node: 'pve' };
const SECRETS = Object.fromEntries(SECRET_KEYS.map((key) => [key, `value of ${key}`]));
const SEALED = 'infrastructure/secrets.sops.yaml';

/** Texts by path. */
async function rendered(cluster: ClusterYaml): Promise<ReadonlyMap<string, string>> {
  const nodes = [{ name: 'cp-1', address: '10.0.0.11', controller: true }];
  const { artifacts } = await renderModel(derive({ cluster, nodes }).model);
  return new Map(artifacts.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));
}

const sealedKeys = async (cluster: ClusterYaml): Promise<readonly string[] | null> => {
  const text = (await rendered(cluster)).get(SEALED);
  return text === undefined ? null : Object.keys(parse(text) as object);
};

describe('secrets.sops.yaml', () => {
  const OF_THE_STATE = ['cf_account_id', 'tfstate_username', 'tfstate_password', 'state_encryption_passphrase'];
  const OF_PROXMOX = ['proxmox_api_token_id', 'proxmox_api_token_secret'];

  test('holds every secret that is set, under its own name', async () => {
    expect(parse((await rendered({ ...PROXMOX, ...SECRETS })).get(SEALED) ?? '')).toEqual(SECRETS);
  });

  test('holds no key of Proxmox for bare metal', async () => {
    expect(await sealedKeys({ ...NETWORK, ...SECRETS })).toEqual(OF_THE_STATE);
  });

  test.each([...OF_THE_STATE, ...OF_PROXMOX])('holds %s alone when nothing else is set', async (key) => {
    expect(await sealedKeys({ ...PROXMOX, [key]: 'x' })).toEqual([key]);
  });

  test('is not made when there is nothing to hold', async () => {
    expect(await sealedKeys(PROXMOX)).toBeNull();
  });
});

describe('the other files', () => {
  test('hold no secret', async () => {
    const files = await rendered({ ...PROXMOX, ...SECRETS, cloudflare_domain: 'example.com' });
    const clear = [...files].filter(([path]) => path !== SEALED);
    expect(clear.filter(([, text]) => text.includes('value of '))).toEqual([]);
  });

  test('say in their first line where they come from', async () => {
    const clear = [...(await rendered(PROXMOX))].filter(([path]) => path !== SEALED);
    expect(clear.map(([path, text]) => [path, text.split('\n', 1)[0]])).toEqual([
      ['infrastructure/tofu/main.tf', headerOf('kinds/talos-vms/main.tf')],
      ['infrastructure/tofu/outputs.tf', headerOf('kinds/talos-vms/outputs.tf')],
      ['infrastructure/tofu/providers.tf', headerOf('kinds/talos-vms/providers.tf')],
      ['infrastructure/tofu/terraform.tfvars', headerOf('kinds/talos-vms/terraform.tfvars')],
      ['infrastructure/tofu/variables.tf', headerOf('kinds/talos-vms/variables.tf')],
      ['infrastructure/README.md', expect.stringContaining('templates/project/infrastructure/README.md.njk')],
      ['talos/cluster.yaml', headerOf('project/talos/cluster.yaml')],
      ['talos/nodes/cp-1.yaml', headerOf('project/talos/nodes/[node].yaml')],
      ['talos/patches/cluster.yaml', headerOf('project/talos/patches/cluster.yaml')],
      ['talos/patches/controllers.yaml', headerOf('project/talos/patches/controllers.yaml')],
      ['infrastructure/tofu/backend.tf', headerOf('stack/backend.tf')],
      ['infrastructure/tofu/versions.tf', headerOf('stack/versions.tf')],
    ]);
  });

  test('README.md is the same for everyone', async () => {
    const readme = async (cluster: ClusterYaml) => (await rendered(cluster)).get('infrastructure/README.md');
    expect(await readme(NETWORK)).toBe(await readme({ ...PROXMOX, ...SECRETS }));
  });

  test('accept any certificate only when asked to', async () => {
    const provider = async (cluster: ClusterYaml) => (await rendered(cluster)).get('infrastructure/tofu/providers.tf');
    expect(await provider(PROXMOX)).not.toContain('insecure');
    expect(await provider({ ...PROXMOX, proxmox_insecure: true })).toContain('\n  insecure = true\n');
  });

  test('encrypt the state only with a passphrase', async () => {
    const encrypts = async (cluster: ClusterYaml) => {
      const files = await rendered(cluster);
      return ['versions.tf', 'variables.tf'].map((name) =>
        files.get(`infrastructure/tofu/${name}`)?.includes('state_encryption_passphrase'),
      );
    };
    expect(await encrypts(PROXMOX)).toEqual([false, false]);
    expect(await encrypts({ ...PROXMOX, state_encryption_passphrase: 'a passphrase of words' })).toEqual([true, true]);
  });
});

function headerOf(name: string): string {
  return `# Generated by nigari from templates/${name}.njk. Do not edit: change the inputs or that template.`;
}
