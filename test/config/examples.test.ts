/** The files that a user starts from: valid, complete, and valid again with any of their comments made a setting. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keySchema, knownKeys, type InputKind } from '../../scripts/config/key-schema.ts';
import { formatPath, valueAt, type KeyPath } from '../../scripts/config/path.ts';
import { defaultKubernetesVersion } from '../../scripts/config/talos-versions.ts';
import { validate } from '../../scripts/config/validate.ts';
import { parseYaml } from '../../scripts/config/yaml.ts';
import { inputs, readText, sourceFile } from '../support/input.ts';

const CLUSTER = readText('cluster.yaml.example');
const NODES = readText('nodes.yaml.example');

test('the examples are valid without any finding', () => {
  const config = validate(inputs(CLUSTER, NODES));
  expect(config).toMatchObject({ ok: true, problems: [] });
});

test('they are three controllers and two workers on Proxmox', () => {
  const config = validate(inputs(CLUSTER, NODES));
  expect(config.ok && config.value.nodes.map(({ controller }) => controller)).toEqual([true, true, true, false, false]);
  expect(config.ok && config.value.cluster).toMatchObject({ proxmox_node: 'pve', talos_version: '1.13.9' });
});

test('their Kubernetes is one that their Talos supports', () => {
  const config = validate(inputs(CLUSTER, NODES));
  if (!config.ok) throw new Error('the examples are valid');
  const { talos_version: talos = '', kubernetes_version: kubernetes = '' } = config.value.cluster;
  expect(kubernetes.replace(/\.\d+$/, '.0')).toBe(defaultKubernetesVersion(talos));
});

test.each([
  ['cluster', CLUSTER],
  ['nodes', NODES],
])('%s.yaml.example begins with the line that tells editors its schema', (kind, text) => {
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=./schemas/${kind}.schema.json`);
});

/** A setting that is commented out: `#key` at any indentation, and the lines `#  …` of its mapping below it. */
const SETTING = /^( *)#(?=[a-z_]+:)(.*(?:\n\1#  +.*)*)/gm;

const settings = (text: string): readonly string[] => [...text.matchAll(SETTING)].map(([lines]) => lines);
const uncommented = (lines: string): string => lines.replace(/^( *)#/gm, '$1');

/** What is only a warning without the other half: the state's address and its password, a VLAN and who adds its tag. */
const HALVES: Readonly<Record<string, string>> = {
  node_vlan_tag: 'first-boot-untagged',
  cloudflare_domain: 'state-password-missing',
  tfstate_url: 'state-password-missing',
  cf_account_id: 'state-credentials-unused',
  tfstate_username: 'state-credentials-unused',
  tfstate_password: 'state-credentials-unused',
};

describe.each([
  ['cluster.yaml.example', CLUSTER, (text: string) => inputs(text, NODES), 33, ['first-boot-untagged']],
  ['nodes.yaml.example', NODES, (text: string) => inputs(CLUSTER, text), 20, ['disk-and-selector']],
])('%s', (_, text, sources, count, exclusive) => {
  test('has settings that are commented out', () => {
    expect(settings(text)).toHaveLength(count);
  });

  test.each(settings(text))('is valid with %s', (lines) => {
    const { problems } = validate(sources(text.replace(lines, uncommented(lines))));
    const [key = ''] = /[a-z_]+/.exec(lines) ?? [];
    expect(problems.map(({ code }) => code)).toEqual([HALVES[key] ?? []].flat());
  });

  test('is valid with all of them, but for those that do not go together', () => {
    const { problems } = validate(sources(text.replace(SETTING, uncommented)));
    expect(problems.map(({ code }) => code)).toEqual(exclusive);
  });
});

/** The value of a file whose every setting is on. */
function everything(text: string): Readonly<Record<string, unknown>> {
  const file = parseYaml(sourceFile('example', text.replace(SETTING, uncommented)));
  if (!file.ok) throw new Error('the example is valid');
  return file.value.value;
}

function paths(kind: InputKind, path: KeyPath): readonly KeyPath[] {
  return knownKeys(kind, path)
    .map((key) => [...path, key])
    .flatMap((at) => (isOtherProvider(at) || isRareInSchematics(at) ? [] : [at, ...paths(kind, at)]));
}

/** docs/schematics.md shows them. */
const isRareInSchematics = (path: KeyPath): boolean =>
  path.some((key) => String(key).endsWith('schematic')) &&
  !/schematic(\.customization(\.systemExtensions(\.officialExtensions)?)?)?$/.test(formatPath(path));

/** What stands in place of another key is shown at another node. */
const shownAt = (path: KeyPath): KeyPath => (path.includes('schematic') ? ['nodes', 4, ...path.slice(2)] : path);

/** One provider counts, and settings of the others are warned of: docs/secrets.md shows them. */
const isOtherProvider = ([first, name, ...deeper]: KeyPath): boolean =>
  first === 'secrets' && name !== undefined && name !== 'provider' && name !== 'sops-age' && deeper.length === 0;

describe.each([
  ['cluster', everything(CLUSTER), paths('cluster', [])],
  ['nodes', everything(NODES), paths('nodes', ['nodes', 0])],
] as const)('every key of the %s', (kind, value, keys) => {
  test.each(keys.map((path) => [formatPath(path), path] as const))('%s is explained', (_, path) => {
    expect(valueAt(value, shownAt(path))).toBeDefined();
  });

  test('that has a default and is commented out is shown with it', () => {
    const shown = keys.filter(
      (path) => ![...SET, ...EXAMPLES].includes(formatPath(path)) && defaultOf(kind, path) !== undefined,
    );
    expect(shown.map((path) => [formatPath(path), valueAt(value, path)])).toEqual(
      shown.map((path) => [formatPath(path), defaultOf(kind, path)]),
    );
    expect(shown.length).toBeGreaterThan(5);
  });
});

const defaultOf = (kind: InputKind, path: KeyPath): unknown => (keySchema(kind, path) as { default?: unknown }).default;

/** Written in the example, so not with their defaults. */
const SET = ['cluster_name', 'talos_version', 'kubernetes_version'];
/** Empty by default: the example shows what they may hold. */
const EXAMPLES = [
  'cluster_api_tls_sans',
  'talos_patches',
  'vars',
  'nodes[0].kernel_modules',
  'nodes[0].labels',
  'nodes[0].talos_patches',
  'nodes[0].vars',
];

describe('each valid fixture', () => {
  const names = readdirSync(new URL('../fixtures/valid', import.meta.url));

  test.each(names)('%s has no finding', (name) => {
    const text = (file: string): string => readText(`test/fixtures/valid/${name}/${file}`);
    expect(validate(inputs(text('cluster.yaml'), text('nodes.yaml'))).problems).toEqual([]);
  });

  test('there are at least twelve', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });
});
