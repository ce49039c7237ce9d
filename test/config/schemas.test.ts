/** The schemas themselves: complete, consistent, and the one source of types, defaults and names. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse as parseText } from 'yaml';
import clusterSchema from '../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../schemas/nodes.schema.json' with { type: 'json' };
import {
  isApplicationKey,
  isSecretPath,
  keySchema,
  knownKeys,
  type KeySchema,
} from '../../scripts/config/key-schema.ts';
import { formatPath } from '../../scripts/config/path.ts';
import { SPOKEN_KEYWORDS } from '../../scripts/config/shape-words.ts';
import { defaultKubernetesVersion } from '../../scripts/config/talos-versions.ts';
import { RULES } from '../../scripts/config/rules.ts';
import { validate } from '../../scripts/config/validate.ts';
import { SECRET_KEYS } from '../../scripts/types.ts';
import { fixture } from '../support/fixture.ts';
import { inputs, readText } from '../support/input.ts';

/** As our own reader does. */
const parse = (text: string): unknown => parseText(text, { merge: true });

const scenarios = readdirSync(new URL('../fixtures/valid', import.meta.url));

type Named = KeySchema & { readonly default?: unknown };

/** Every key of a mapping and of the mappings in it, with its path. */
function keysBelow(
  kind: 'cluster' | 'nodes',
  path: readonly (string | number)[],
): readonly (readonly [string, Named])[] {
  return knownKeys(kind, path).flatMap((key) => {
    const at = [...path, key];
    return [[formatPath(at), keySchema(kind, at) as Named] as const, ...keysBelow(kind, at)];
  });
}

const KEYS = [...keysBelow('cluster', []), ...keysBelow('nodes', []), ...keysBelow('nodes', ['nodes', 0])];

/** Every schema inside a schema, with its pointer. */
function schemasIn(schema: object, pointer = '#'): readonly (readonly [string, Record<string, unknown>])[] {
  const inside = Object.entries(schema).filter(
    ([key]) => !['default', 'examples', 'enum', 'defaultSnippets'].includes(key),
  );
  const deeper = inside.flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? schemasIn(value, `${pointer}/${key}`) : [],
  );
  return 'type' in schema && typeof schema.type !== 'object' ? [[pointer, { ...schema }], ...deeper] : deeper;
}

const SCHEMAS = [...schemasIn(clusterSchema, 'cluster'), ...schemasIn(nodesSchema, 'nodes')];

test('written.gen.ts is what the schemas give', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['tools/generate.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe('each key', () => {
  test('is there: 42 of the cluster, 4 of each size, 15 of the hardware, 22 about secrets, 23 of a node, 5 of its disk, 16 of each schematic, and nodes', () => {
    expect(KEYS).toHaveLength(42 + 3 * 4 + 15 + 22 + 23 + 5 + 2 * 16 + 1);
  });

  test.each(KEYS)('%s has a description and an example', (_, { description, examples }) => {
    expect(description).toMatch(/^[^\n]{10,}\.$/);
    expect(examples?.length).toBeGreaterThan(0);
  });

  test.each(KEYS)('%s accepts its examples and its default', (path, schema) => {
    for (const value of [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])]) {
      expect(shapeFindings(path, value)).toEqual([]);
    }
  });
});

/** What must stand beside some keys. */
const REQUIRED: Readonly<Record<string, object>> = {
  options: { image: 'a', name: 'a' },
  image: { name: 'a' },
  name: { image: 'a' },
};

/** The findings on one value, put where `path` leads in otherwise complete files. */
function shapeFindings(path: string, value: unknown): readonly string[] {
  const node = {
    name: 'a',
    address: '10.0.0.1',
    controller: true,
    disk: 'a',
    mac_addr: 'bc:24:11:00:00:01',
    schematic_id: 'a'.repeat(64),
  };
  const cluster: Record<string, unknown> = { node_cidr: '10.0.0.0/24', cluster_api_addr: '10.0.0.1' };
  const nodes = { nodes: [{ ...node }] as unknown };
  const [first = '', ...deeper] = path.replace(/^nodes\[0\]\./, '').split('.');
  if (path === 'nodes') nodes.nodes = (value as object[]).map((item) => ({ ...node, ...item }));
  const whole = deeper.reduceRight<unknown>((inside, key) => ({ ...REQUIRED[key], [key]: inside }), value);
  if (path !== 'nodes' && path.startsWith('nodes')) nodes.nodes = [{ ...node, [first]: whole }];
  else if (path !== 'nodes') cluster[first] = whole;
  const { problems } = validate(inputs(JSON.stringify(cluster), JSON.stringify(nodes)));
  return problems.filter(({ code }) => !RULES.some((rule) => rule.code === code)).map(({ message }) => message);
}

describe('each schema', () => {
  test.each(SCHEMAS)('%s uses only keywords that there are words for', (_, schema) => {
    const WITHOUT_FINDINGS = [
      '$schema',
      '$comment',
      '$ref',
      'title',
      'description',
      'markdownDescription',
      'default',
      'examples',
      'writeOnly',
      'patternErrorMessage',
      'defaultSnippets',
      'definitions',
      'properties',
      'patternProperties',
      'items',
      'allOf',
      // What only editors check; below, a test shows that rules do the same.
      'dependencies',
      'if',
      'then',
    ];
    expect([...SPOKEN_KEYWORDS, ...WITHOUT_FINDINGS]).toEqual(expect.arrayContaining(Object.keys(schema)));
  });

  test.each(SCHEMAS.filter(([, { pattern }]) => pattern !== undefined))(
    '%s says what its pattern asks for',
    (_, schema) => {
      expect(schema['patternErrorMessage']).toMatch(/^Must be .*[^.]$/);
      expect(schema['pattern']).toMatch(/^\^.*\$$/);
    },
  );

  test.each(SCHEMAS.filter(([, { type }]) => type === 'object'))(
    '%s is closed, or open on purpose',
    (pointer, schema) => {
      const open = { vars: true, options: true, talos_patches: true, labels: { type: 'string' } };
      const [name = ''] = pointer
        .replace(/\/items$/, '')
        .split('/')
        .slice(-1);
      expect(schema).toMatchObject({
        additionalProperties: Object.hasOwn(open, name) ? open[name as keyof typeof open] : false,
      });
    },
  );
});

describe('what only editors check', () => {
  const ajv = new Ajv({ strict: false });
  const accept = { cluster: ajv.compile(clusterSchema), nodes: ajv.compile(nodesSchema) };
  const accepted = (texts: Readonly<Record<string, string>>): boolean =>
    accept.cluster(parse(texts['cluster.yaml'] ?? '')) && accept.nodes(parse(texts['nodes.yaml'] ?? ''));

  test.each([
    'proxmox-half-written',
    'proxmox-token-half-written',
    'vlan-mode-without-tag',
    'reserved-node-name',
    'multicast-mac-addr',
    'disk-path',
  ])('%s is refused there too, and nothing of it when it is mended', (code) => {
    const { texts, mended } = fixture(code);
    expect([accepted(texts), accepted(mended)]).toEqual([false, true]);
  });

  test.each(scenarios)('the scenario %s is accepted there too', (name) => {
    const text = (file: string): string => readText(`test/fixtures/valid/${name}/${file}`);
    expect(accepted({ 'cluster.yaml': text('cluster.yaml'), 'nodes.yaml': text('nodes.yaml') })).toBe(true);
  });
});

describe('one truth', () => {
  test('what is writeOnly is what types.ts calls a secret', () => {
    const marked = knownKeys('cluster', []).filter((key) => isSecretPath('cluster', [key]));
    expect(marked.toSorted()).toEqual([...SECRET_KEYS].toSorted());
    expect(isSecretPath('nodes', ['nodes', 0, 'name'])).toBe(false);
  });

  test('the default Kubernetes is the newest that the default Talos supports', () => {
    const { talos_version: talos, kubernetes_version: kubernetes } = clusterSchema.properties;
    expect(defaultKubernetesVersion(talos.default)).toBe(kubernetes.default);
  });

  test('a size has one range wherever it is written', () => {
    const ranges = (path: readonly (string | number)[], prefix: string) =>
      ['cores', 'sockets', 'memory', 'disk_size'].map((key) => {
        const schema = keySchema(typeof path[0] === 'string' && path[0] === 'nodes' ? 'nodes' : 'cluster', [
          ...path,
          `${prefix}${key}`,
        ]);
        return [schema?.type, schema?.minimum, schema?.maximum];
      });
    const node = ranges(['nodes', 0], 'vm_');
    expect(node[0]).toEqual(['integer', 1, 64]);
    for (const group of ['proxmox_vm_defaults', 'proxmox_vm_controller_defaults', 'proxmox_vm_worker_defaults']) {
      expect(ranges([group], '')).toEqual(node);
    }
  });

  test('both schemas mean the same by an address, by a label and by a schematic', () => {
    const { properties } = nodesSchema.definitions.node;
    expect(properties.address.pattern).toBe(clusterSchema.definitions.ipv4.pattern);
    expect(properties.name.pattern).toBe(clusterSchema.definitions.label.pattern);
    expect(nodesSchema.definitions.schematic).toEqual(clusterSchema.definitions.schematic);
  });
});

describe('application keys', () => {
  const names = Object.keys(clusterSchema.patternProperties).flatMap((pattern) => {
    const [, prefix = '', rest] = /^\^([a-z0-9_]+?)(?:_\(([a-z0-9_|]+)\))?\$$/.exec(pattern) ?? [];
    return rest === undefined ? [prefix] : rest.split('|').map((name) => `${prefix}_${name}`);
  });

  test('are 407, each known', () => {
    expect(new Set(names).size).toBe(407);
    expect(names.filter((name) => !isApplicationKey(name))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(['environment', 'cilium_bgp_node_asn', 'proxmox_csi_storage', 'langfuse_salt']),
    );
  });

  test('are none of ours, and no prefix of theirs takes ours', () => {
    const patterns = Object.keys(clusterSchema.patternProperties).map((pattern) => new RegExp(pattern, 'u'));
    const ours = knownKeys('cluster', []);
    expect(ours.filter((key) => patterns.some((pattern) => pattern.test(key)))).toEqual([]);
    expect(ours.filter(isApplicationKey)).toEqual([]);
    expect(['cilium_bgp', 'proxmox_', 'environment2', 'xenvironment'].filter(isApplicationKey)).toEqual([]);
  });
});
