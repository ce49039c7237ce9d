/** What editors show that know nothing of nigari: the real yaml-language-server with our schemas. */
import { cpSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompletionList, Hover } from 'vscode-languageserver';
import { temporaryFolder } from '../support/copy.ts';
import { cursor } from '../support/editor.ts';
import { readText } from '../support/input.ts';
import { LspClient } from '../support/lsp-client.ts';
import { REPOSITORY } from '../support/project.ts';

const require = createRequire(import.meta.url);
const SERVER = require.resolve('yaml-language-server/bin/yaml-language-server');
/** It would ask the network for schemas of others. */
const OFFLINE = { schemaStore: { enable: false }, kubernetesCRDStore: { enable: false } };
const { 'yaml.schemas': schemas } = JSON.parse(readText('.vscode/settings.json')) as { 'yaml.schemas': object };
const MODELINE = /^# yaml-language-server: [^\n]*\n/;

const EXAMPLE = { 'cluster.yaml': readText('cluster.yaml.example'), 'nodes.yaml': readText('nodes.yaml.example') };
type Name = keyof typeof EXAMPLE;
const NAMES = ['cluster.yaml', 'nodes.yaml'] as const;

/** The two ways to the schemas: the first line of the examples, and the settings for VS Code. */
const ways = [
  {
    way: 'by the modeline',
    yaml: OFFLINE,
    text: (name: Name, text: string) => modelineOf(name) + text.replace(MODELINE, ''),
  },
  {
    way: 'by .vscode/settings.json',
    yaml: { ...OFFLINE, schemas },
    text: (_: Name, text: string) => text.replace(MODELINE, ''),
  },
];

function modelineOf(name: Name): string {
  const [line] = MODELINE.exec(EXAMPLE[name]) ?? [];
  if (line === undefined) throw new Error('the example has no modeline');
  return line;
}

describe.each(ways)('$way', ({ yaml, text }) => {
  let root = '';
  let client: LspClient;
  const uri = (name: string): string => pathToFileURL(join(root, name)).href;

  beforeAll(async () => {
    root = await temporaryFolder(afterAll);
    cpSync(join(REPOSITORY, 'schemas'), join(root, 'schemas'), { recursive: true });
    const folders = [pathToFileURL(root).href];
    client = await LspClient.start({ args: [SERVER, '--stdio'], folders, settings: { yaml }, cleanUp: afterAll });
    for (const name of NAMES) await client.open(uri(name), text(name, EXAMPLE[name]));
  });

  /** The findings on a text, each with the line that it starts on. */
  async function found(name: Name, contents: string): Promise<readonly string[]> {
    const shown = text(name, contents);
    await client.edit(uri(name), shown);
    const diagnostics = await client.diagnostics(uri(name));
    const lines = shown.split('\n');
    return diagnostics.map(
      ({ range, message }) => `${lines[range.start.line]?.trim()} <- ${(message as string).split('\n')[0]}`,
    );
  }

  /** Asks at the `|`. */
  async function ask<T>(method: string, name: Name, marked: string): Promise<T> {
    const { text: shown, position } = cursor(text(name, marked));
    await client.edit(uri(name), shown);
    return client.at<T>(method, uri(name), position);
  }

  test('the examples have no findings', async () => {
    for (const name of NAMES) expect(await found(name, EXAMPLE[name]), name).toEqual([]);
  });

  test.each<[Name, string, string, readonly string[]]>([
    [
      'cluster.yaml',
      'node_cidr: 10.0.0.0/24',
      'node_cidr: 10.0.0.0',
      ['node_cidr: 10.0.0.0 <- Must be an IPv4 network such as 10.0.0.0/24'],
    ],
    [
      'cluster.yaml',
      'cluster_name: homelab',
      'cluster_nam: homelab',
      ['cluster_nam: homelab <- Property cluster_nam is not allowed.'],
    ],
    [
      'cluster.yaml',
      'cluster_name: homelab',
      'node_first_boot: statik',
      ['node_first_boot: statik <- Value is not accepted. Valid values: "static", "dhcp".'],
    ],
    [
      'cluster.yaml',
      'talos_version: "1.13.9"',
      'talos_version: 1.13',
      ['talos_version: 1.13 <- Incorrect type. Expected "string".'],
    ],
    ['nodes.yaml', '    address: 10.0.0.11\n', '', ['- name: k8s-cp-1 <- Missing property "address".']],
    ['nodes.yaml', '#vm_cores: 4', 'vm_cores: 100', ['vm_cores: 100 <- Value is above the maximum of 64.']],
  ])('in %s, %j as %j is found', async (name, before, after, expected) => {
    const contents = EXAMPLE[name].replace(before, after);
    expect(contents).not.toBe(EXAMPLE[name]);
    expect(await found(name, contents)).toEqual(expected);
  });

  test.each<[Name, string, readonly string[]]>([
    ['cluster.yaml', 'node_ci|dr', ['The network that the nodes live in', '`cluster_api_addr`', '192.168.1.0/24']],
    ['cluster.yaml', 'talos_ver|sion', ['`x.y.z` without `v`']],
    ['nodes.yaml', 'addre|ss:', ['from `node_cidr`']],
    ['nodes.yaml', 'contr|oller:', ['control plane']],
  ])('in %s, hovering over %j explains it', async (name, marked, words) => {
    const hover = await ask<Hover | null>(
      'textDocument/hover',
      name,
      EXAMPLE[name].replace(marked.replace('|', ''), marked),
    );
    const { value = '' } = (hover?.contents ?? {}) as { value?: string };
    for (const word of words) expect(value).toContain(word);
  });

  test.each<[Name, string, readonly string[]]>([
    ['cluster.yaml', 'node_first_boot: |', ['static', 'dhcp']],
    ['cluster.yaml', 'proxmox_vm_advanced:\n  bios: |', ['ovmf', 'seabios']],
    ['cluster.yaml', 'proxmox_vm_advanced:\n  |', ['bios', 'machine', 'network_bridge']],
    ['cluster.yaml', 'proxmox_i|', ['proxmox_insecure', 'proxmox_iso_storage']],
    [
      'cluster.yaml',
      'talos_schematic:\n  customization:\n    systemExtensions:\n      officialExtensions:\n        - |',
      ['siderolabs/qemu-guest-agent', 'siderolabs/iscsi-tools'],
    ],
    ['cluster.yaml', 'talos_schematic:\n  customization:\n    bootloader: |', ['sd-boot', 'grub']],
    ['nodes.yaml', '  - |', ['node', 'name', 'vm_cores']],
    ['nodes.yaml', '  - name: x\n    contr|', ['controller']],
    ['nodes.yaml', '  - name: x\n    controller: |', ['true', 'false']],
  ])('in %s, %j can become what the schema knows', async (name, marked, labels) => {
    const list = await ask<CompletionList>('textDocument/completion', name, `${EXAMPLE[name]}\n${marked}\n`);
    expect(list.items.map(({ label }) => label)).toEqual(expect.arrayContaining([...labels]));
  });
});

test('no valid fixture has a finding', async () => {
  const root = await temporaryFolder();
  cpSync(join(REPOSITORY, 'schemas'), join(root, 'schemas'), { recursive: true });
  const client = await LspClient.start({ args: [SERVER, '--stdio'], settings: { yaml: OFFLINE } });
  const files = readdirSync(join(REPOSITORY, 'test/fixtures/valid')).flatMap((folder) =>
    NAMES.map((name) => ({ name, path: `test/fixtures/valid/${folder}/${name}` })),
  );
  const shown = files.map(async ({ name, path }) => {
    const uri = pathToFileURL(join(root, path.replaceAll('/', '-'))).href;
    await client.open(uri, modelineOf(name) + readText(path));
    return { path, diagnostics: await client.diagnostics(uri) };
  });
  expect((await Promise.all(shown)).filter(({ diagnostics }) => diagnostics.length > 0)).toEqual([]);
});
