/**
 * Every value of every generated terraform.tfvars has a source, and the source is true: the characters that it points at
 * say the value, and nothing else that is written changes it.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import clusterSchema from '../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../schemas/nodes.schema.json' with { type: 'json' };
import { derive } from '../../scripts/config/derive.ts';
import { stableMac } from '../../scripts/config/mac.ts';
import { formatPath } from '../../scripts/config/path.ts';
import { idOf } from '../../scripts/config/schematics.ts';
import { isSecret, reveal } from '../../scripts/config/secret.ts';
import { contains, parseAddress, parseCidr } from '../../scripts/config/address.ts';
import { diskMatch } from '../../scripts/config/disk-match.ts';
import { installImage } from '../../scripts/config/images.ts';
import { defaultKubernetesVersion, dialectOf } from '../../scripts/config/talos-versions.ts';
import { answerOutput } from '../../scripts/explain/answer.ts';
import { explanations, type Explanation, type Source } from '../../scripts/explain/explanation.ts';
import { leavesBelow, type Meaning } from '../../scripts/explain/leaves.ts';
import { parseBack } from '../../scripts/render/parse-back.ts';
import { normalSchematic, type Schematic } from '../../scripts/talos/schematic.ts';
import { cases, generated, type Case, type InputTexts } from '../support/explain.ts';

const TFVARS = 'infrastructure/tofu/terraform.tfvars';

/** What the lines of terraform.tfvars are explained as, without those that open a list or object. */
async function explainedLines({ meaning }: Case): Promise<readonly Explanation[]> {
  const files = await generated(meaning);
  const text = new TextDecoder().decode(files.artifacts.find(({ path }) => path === TFVARS)?.bytes);
  return text.split('\n').flatMap((line, index) => {
    if (line === '' || /[[{]$/.test(line)) return [];
    const answer = answerOutput(meaning, files, { file: TFVARS, line: index + 1, column: null });
    return answer.ok ? answer.value.values : [];
  });
}

/** What OpenTofu's own parser reads in that file: each value by its path in the model. */
async function writtenVariables({ meaning }: Case): Promise<Map<string, unknown>> {
  const { artifacts } = await generated(meaning);
  const artifact = artifacts.find(({ path }) => path === TFVARS);
  const found = new Map<string, unknown>();
  const visit = (value: unknown, path: string): unknown => {
    if (Array.isArray(value) && typeof value[0] === 'object')
      return value.forEach((item, index) => visit(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return found.set(path, value);
    return Object.entries(value).forEach(([key, item]) => visit(item, `${path}.${key}`));
  };
  const variables = artifact === undefined ? {} : ((await parseBack(artifact)) as Record<string, unknown>);
  const parents: Readonly<Record<string, string>> = { nodes: 'nodes', images: 'instances[0].images' };
  for (const [name, value] of Object.entries(variables)) visit(value, parents[name] ?? `cluster.${name}`);
  return found;
}

describe('every value of terraform.tfvars', () => {
  test.each(cases)('is explained, each once, by its own value: %s', async (_, made) => {
    const explained = await explainedLines(made);
    expect(explained.map(({ path }) => path).toSorted()).toEqual([...(await writtenVariables(made)).keys()].toSorted());
    expect(new Map(explained.map(({ path, value }) => [path, value]))).toEqual(await writtenVariables(made));
  });

  test('there are many of them', async () => {
    for (const [name, made] of cases) {
      const isMade = made.meaning.derived.model.instances.length > 0;
      expect((await explainedLines(made)).length, name).toBeGreaterThanOrEqual(isMade ? 50 : 0);
    }
  });

  test.each(cases)('is followed back to characters or to a built-in default: %s', async (_, made) => {
    const explained = await explainedLines(made);
    expect(explained.flatMap((explanation) => follow(made, explanation))).toEqual([]);
  });
});

test.each(cases)('every other value of the model is followed back too: %s', (_, made) => {
  const all = explanations(made.meaning, []);
  expect(all.length).toBeGreaterThan(70);
  expect(all.flatMap((explanation) => follow(made, explanation))).toEqual([]);
});

/** What is wrong on the way back from a value; nothing when it ends where it should. */
function follow(made: Case, { path, value, source, overrode }: Explanation): readonly string[] {
  const own = faults(made, path, value, source);
  return [...own, ...overrode.flatMap((beaten) => faults(made, path, undefined, beaten))].map(
    (fault) => `${path}: ${fault}`,
  );
}

/** @param value undefined for a source that was overridden */
function faults(made: Case, path: string, value: unknown, source: Source): readonly string[] {
  if (source.from === 'computed') {
    return source.of.length === 0 ? ['is computed from nothing'] : source.of.flatMap((input) => follow(made, input));
  }
  if (source.from === 'built-in') return builtInFaults(source, value);
  const isMasked = source.value === '***';
  const characters = isMasked ? 'secret' : charactersAt(made, source);
  if (/^nodes\[\d+\]$/.test(path)) return isListItem(made, source) ? [] : [`${characters} is no item of a list`];
  if (isMasked) return source.line === undefined ? ['has no place'] : [];
  return [
    ...(saysTheSame(made, source, characters) ? [] : [`${characters} is not ${JSON.stringify(source.value)}`]),
    ...(value === undefined || isForm(path, source.value, value)
      ? []
      : [`${characters} does not become ${JSON.stringify(value)}`]),
  ];
}

type Written = Extract<Source, { from: 'written' }>;

/** The very characters, by line and column. */
function charactersAt({ texts }: Case, { file, line = 0, column = 0, endLine = 0, endColumn = 0 }: Written): string {
  const lines = (texts[file] ?? '').split('\n').slice(line - 1, endLine);
  const last = lines.length - 1;
  return lines
    .map((text, index) => text.slice(index === 0 ? column - 1 : 0, index === last ? endColumn - 1 : undefined))
    .join('\n');
}

/** Of a block of several lines the place is its first item or key, of an alias its name. */
function saysTheSame({ texts }: Case, source: Written, characters: string): boolean {
  const anchor = /^\*(\w+)$/.exec(characters)?.[1];
  if (anchor !== undefined)
    return texts[source.file]?.includes(`&${anchor} `) === true && same(read(texts, source), source.value);
  const said: unknown = parse(characters);
  const isBlock = typeof source.value === 'object' && !/^[[{]/.test(characters);
  return same(said, isBlock ? firstIn(source.value) : source.value);
}

/** The first item or key, of the first item where that is a block, too. */
function firstIn(value: unknown): unknown {
  const first: unknown = Array.isArray(value) ? value[0] : Object.keys(value ?? {})[0];
  return typeof first === 'object' ? firstIn(first) : first;
}

/** What another YAML reader finds at the source's key. */
function read(texts: InputTexts, { file, key }: Written): unknown {
  const steps = key.split(/[.[\]]+/).filter((step) => step !== '');
  const whole: unknown = parse(texts[file] ?? '', { merge: true });
  return steps.reduce((value, step) => (value as Record<string, unknown>)[step], whole);
}

function isListItem({ texts }: Case, { file, line = 0, column = 0 }: Written): boolean {
  const before = texts[file]?.split('\n')[line - 1]?.slice(0, column - 1) ?? '';
  const above = texts[file]?.split('\n')[line - 2] ?? '';
  return /^ *- $/.test(before) || (before.trim() === '' && /^ *- &\w+$/.test(above));
}

/** Values that have another form in the model than in the file. */
const FORMS: readonly (readonly [path: RegExp, form: (written: unknown) => unknown])[] = [
  [
    /\.mac_addr$/,
    (mac) =>
      String(mac)
        .toLowerCase()
        .replace(/[^0-9a-f]/g, '')
        .match(/../g)
        ?.join(':'),
  ],
  [/^cluster\.proxmox_api_url$/, (url) => String(url).replace('/api2/json', '').replace(/\/$/, '')],
  [/^cluster\.node_vlan_tag$/, Number],
  [/^nodes\[\d+\]\.schematic$/, (schematic) => normalSchematic(schematic as Schematic)],
];

function isForm(path: string, written: unknown, value: unknown): boolean {
  const form = FORMS.find(([of]) => of.test(path))?.[1] ?? ((same: unknown) => same);
  return JSON.stringify(form(written)) === JSON.stringify(value);
}

/** Facts of the product that no schema knows. */
const FACTS: Readonly<Record<string, unknown>> = {
  stack: 'proxmox',
  kind: 'talos-vms',
  engine: 'tofu',
  directory: 'infrastructure/tofu',
  secrets_file: 'infrastructure/secrets.sops.yaml',
  moved: [],
};

function builtInFaults({ key, value }: Extract<Source, { from: 'built-in' }>, final: unknown): readonly string[] {
  const [root, ...rest] = key.split(/\[\]\.|\./);
  if (root === 'instances') return isDeepStrictEqual(FACTS[rest[0] ?? ''], value) ? [] : [`${key} is no fact`];
  const schema = (root === 'nodes' ? nodesSchema.definitions.node : clusterSchema) as Schema;
  const found = (root === 'nodes' ? rest : [root ?? '', ...rest]).reduce<Schema | undefined>(
    (at, step) => at?.properties?.[step],
    schema,
  );
  const isDefault = value === '***' ? found?.default !== undefined : same(found?.default ?? null, value);
  const isFinal = final === undefined || same(final, value);
  return found !== undefined && isDefault && isFinal ? [] : [`${key} has not the default ${JSON.stringify(value)}`];
}

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const isInside = (address: string, cidr: string): boolean => contains(parseCidr(cidr), parseAddress(address));

/** How a value follows from those that it is computed from, in their order. */
const FORMULAS: readonly (readonly [path: RegExp, formula: (...of: readonly never[]) => unknown])[] = [
  [/\.node_default_gateway$/, (cidr: string) => cidr.replace(/0\/[0-9]+$/, '1')],
  [/\.kubernetes_version$/, (talos: string) => defaultKubernetesVersion(talos)],
  [/\.tfstate_url$/, (domain: string) => `https://tfstate.${domain}/states`],
  [/\.tfstate_username$/, (url: string | null) => (url === null ? null : 'unexpected')],
  [/\.mac_addr$/, (cluster: string, node: string) => stableMac(cluster, node, new Set())],
  [/\.vm_startup_order$/, (place: string) => Number(/item (\d+)/.exec(place)?.[1]) + 3],
  [/\.role$/, (controller: boolean) => (controller ? 'controller' : 'worker')],
  [/\.description$/, (controller: boolean) => `Talos Linux ${controller ? 'control plane' : 'worker'} node`],
  [/\.address_cidr$/, (address: string, cidr: string) => `${address}/${cidr.split('/')[1]}`],
  [/\.tpm$/, (secureboot: boolean, encrypt: boolean) => secureboot || encrypt],
  [
    /\.tags$/,
    (tags: readonly string[], controller: boolean) =>
      [...tags.map((tag) => tag.toLowerCase()), controller ? 'controller' : 'worker'].toSorted(),
  ],
  [/\.schematic$/, () => null],
  [/^nodes\[\d+\]\.schematic_id$/, (content: Schematic) => idOf(content)],
  [/\.(image|key)$/, (schematic: string, secureboot: boolean) => `${schematic}-${secureboot}`],
  [/\.images\[\d+\]\.(schematic_id|secureboot)$/, (same: unknown) => same],
  [
    /\.file_name$/,
    (schematic: string, secureboot: boolean, talos: string) =>
      `talos-v${talos}-${schematic.slice(0, 12)}${secureboot ? '-secureboot' : ''}.iso`,
  ],
  [
    /\.images\[\d+\]\.url$/,
    (schematic: string, secureboot: boolean, talos: string) =>
      `https://factory.talos.dev/image/${schematic}/v${talos}/nocloud-amd64${secureboot ? '-secureboot' : ''}.iso`,
  ],
  [/\.backend\.kind$/, (url: string | null) => (url === null ? 'local' : 'http')],
  [/\.backend\.address$/, (url: string | null, name: string) => url && `${url.replace(/\/$/, '')}/${name}`],
  [/\.backend\.lock_address$/, (url: string | null, name: string) => url && `${url.replace(/\/$/, '')}/${name}/lock`],
  [/\.state_encryption$/, (passphrase: string | null) => passphrase !== null],
  [/\.cluster_allow_scheduling$/, (...controllers: readonly boolean[]) => !controllers.includes(false)],
  [/\.disk$/, () => null],
  [
    /\.disk_selector$/,
    (disk: string) => (disk.startsWith('/') ? null : { [disk.startsWith('naa.') ? 'wwid' : 'serial']: disk }),
  ],
  [/\.disk_match$/, (disk, disk_selector) => diskMatch({ disk, disk_selector })],
  [
    /\.install_image$/,
    (schematic_id: string, secureboot: boolean, talos: string, url: string | null) =>
      installImage({ schematic_id, secureboot }, url === null ? 'metal' : 'nocloud', talos),
  ],
  [/^talos\.dialect$/, (talos: string) => dialectOf(talos)],
  [/^talos\.endpoint$/, (address: string) => `https://${address}:6443`],
  [/^talos\.cert_sans$/, (address: string, names: readonly string[]) => ['127.0.0.1', address, ...names]],
  [/^talos\.vip$/, (address: string, cidr: string) => (isInside(address, cidr) ? address : null)],
  [/^talos\.gateway_route$/, (gateway: string, cidr: string) => (isInside(gateway, cidr) ? null : `${gateway}/32`)],
  [/^talos\.vlan_tag$/, (tag: number | null, byProxmox: boolean) => (byProxmox ? null : tag)],
  [
    /^talos\.address_link$/,
    (tag: number | null, byProxmox: boolean) => (tag === null || byProxmox ? 'net0' : `net0.${tag}`),
  ],
];

test.each(cases)('a computed value is what those that it names make: %s', (_, { meaning }) => {
  const computed = explanations(meaning, []).flatMap(({ path, source, overrode }) =>
    [source, ...overrode].flatMap((from) => (from.from === 'computed' ? [{ path, ...from }] : [])),
  );
  expect(computed.length).toBeGreaterThan(5);
  for (const { path, value, of } of computed) {
    const formula = FORMULAS.find(([paths]) => paths.test(path))?.[1];
    expect(formula?.(...(of.map((input) => input.value) as never[])), path).toEqual(value);
  }
});

describe('a change of what is written', () => {
  test.each(cases)('reaches the values that name it as their source, and no other: %s', (_, { meaning }) => {
    const sources = new Map(explanations(meaning, []).map((found) => [found.path, writtenSources(found.source)]));
    const direct = new Map(explanations(meaning, []).map(({ path, source }) => [path, keyOf(source)]));
    for (const [file, path] of writtenPaths(meaning)) {
      const key = `${file} ${formatPath(path)}`;
      // Which defaults a node gets follows from its role: the key that was taken says so, in its name.
      if (key.endsWith('.controller')) continue;
      // So does the place of an image in the list of images: an earlier node may ask for one more.
      const moves = /\.(secureboot|schematic_id|schematic)$|talos_schematic$/.test(key);
      const changed = changedBy(meaning, file, path).filter((leaf) => !(moves && leaf.includes('.images[')));
      expect(
        changed.filter((leaf) => !sources.get(leaf)?.has(key)),
        `${key} changes`,
      ).toEqual([]);
      const named = [...direct].flatMap(([leaf, source]) => (source === key ? [leaf] : []));
      expect(
        named.filter((leaf) => !changed.includes(leaf)),
        `${key} does not change`,
      ).toEqual([]);
    }
  });
});

function keyOf(source: Source): string | null {
  return source.from === 'written' ? `${source.file} ${source.key}` : null;
}

/** The keys of the files that a value comes from, near or far. */
function writtenSources(source: Source): ReadonlySet<string> {
  if (source.from === 'computed') return new Set(source.of.flatMap((input) => [...writtenSources(input.source)]));
  const key = keyOf(source);
  return new Set(key === null ? [] : [key]);
}

type WrittenPath = readonly [file: 'cluster.yaml' | 'nodes.yaml', path: readonly (string | number)[]];

/** Each value that a user wrote; lists, schematics and `vars` are one. */
function writtenPaths({ config }: Meaning): readonly WrittenPath[] {
  const inCluster = Object.entries(config.cluster).flatMap(([key, value]): readonly WrittenPath[] =>
    typeof value === 'object' && !Array.isArray(value) && key !== 'vars' && key !== 'talos_schematic'
      ? Object.keys(value).map((inner) => ['cluster.yaml', [key, inner]] as const)
      : [['cluster.yaml', [key]]],
  );
  const inNodes = config.nodes.flatMap((node, index) =>
    Object.keys(node).map((key) => ['nodes.yaml', ['nodes', index, key]] as const),
  );
  return [...inCluster, ...inNodes];
}

/** Paths of the leaves that are not what they were once another value is written there. */
function changedBy(meaning: Meaning, file: string, path: readonly (string | number)[]): readonly string[] {
  const files = structuredClone({ cluster: meaning.config.cluster, nodes: meaning.config.nodes });
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (value, step) => (value as Record<string | number, unknown>)[step],
      file === 'cluster.yaml' ? files.cluster : { nodes: files.nodes },
    ) as Record<string | number, unknown>;
  const last = path.at(-1)!;
  parent[last] = another(String(last), parent[last]);
  const before = leafTexts(meaning.derived);
  const after = leafTexts(derive({ ...meaning.config, ...files }));
  return [...before].flatMap(([leaf, text]) => (after.get(leaf) === text ? [] : [leaf]));
}

function leafTexts(derived: Meaning['derived']): ReadonlyMap<string, string> {
  return new Map(
    leavesBelow(derived, []).map(({ path, value }) => [
      formatPath(path),
      isSecret(value) ? reveal(value) : JSON.stringify(value),
    ]),
  );
}

const OTHER_SCHEMATIC: Schematic = { customization: { extraKernelArgs: ['another'] } };

/** Another value of the same kind, of the right shape where the model reads it. */
const OTHERS: Readonly<Record<string, unknown>> = {
  node_cidr: '172.16.0.0/16',
  talos_version: '1.11.0',
  mac_addr: '02:00:00:00:00:99',
  node_vlan_tag: 4000,
  schematic: OTHER_SCHEMATIC,
  talos_schematic: OTHER_SCHEMATIC,
  disk_selector: { type: 'sd' },
};

function another(key: string, value: unknown): unknown {
  if (Object.hasOwn(OTHERS, key)) return OTHERS[key];
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  return Array.isArray(value) ? [...(value as unknown[]), 'another'] : { ...(value as object), another: 1 };
}
