/** The language server as an editor meets it: a process, over stdio. */
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CompletionItem, Diagnostic, Hover, Location, Range } from 'vscode-languageserver';
import { edited } from '../support/editor.ts';
import { editorBundle } from '../support/editor-bundle.ts';
import { readText } from '../support/input.ts';
import { LspClient, type ServerOptions } from '../support/lsp-client.ts';
import { project } from '../support/project.ts';

const CLUSTER = readText('cluster.yaml.example');
const NODES = readText('nodes.yaml.example');
const BOTH = { 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES };

let program = '';
beforeAll(async () => void (program = await editorBundle('language-server')));

/** A server, and a folder with these files. */
async function serverFor(files: Readonly<Record<string, string>>, options: Partial<ServerOptions> = {}) {
  const root = project(files);
  const uri = (name: string): string => pathToFileURL(join(root, name)).href;
  const client = await LspClient.start({ args: [program], ...options });
  return { root, uri, client };
}

/** The range of the first `word` of a text. */
function rangeOf(text: string, word: string): Range {
  const before = text.slice(0, text.indexOf(word)).split('\n');
  const start = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { start, end: { line: start.line, character: start.character + word.length } };
}

const codes = (list: readonly Diagnostic[]): readonly unknown[] => list.map(({ code }) => code);
const none = (list: readonly Diagnostic[]): boolean => list.length === 0;
const some = (list: readonly Diagnostic[]): boolean => list.length > 0;

describe('findings', () => {
  test('an edit of nodes.yaml that is not saved breaks cluster.yaml, which nobody opened, and mends it again', async () => {
    // A /22 has room for four nodes: a /24 of pods for each.
    const { client, uri } = await serverFor({ ...BOTH, 'cluster.yaml': `${CLUSTER}cluster_pod_cidr: 10.42.0.0/22\n` });
    const four = NODES.slice(0, NODES.indexOf('  - name: k8s-worker-2'));
    await client.open(uri('nodes.yaml'), four);
    expect(await client.diagnostics(uri('nodes.yaml'))).toEqual([]);
    const fifth = NODES.slice(four.length);
    const end = rangeOf(`${four}|`, '|').start;
    await client.edit(uri('nodes.yaml'), fifth, { start: end, end });
    expect(await client.diagnostics(uri('cluster.yaml'), some)).toMatchObject([
      { source: 'nigari', severity: 1, range: rangeOf(`${CLUSTER}cluster_pod_cidr: 10.42.0.0/22`, '10.42.0.0/22') },
    ]);
    await client.edit(uri('nodes.yaml'), '', { start: end, end: rangeOf(`${NODES}|`, '|').start });
    expect(await client.diagnostics(uri('cluster.yaml'), none)).toEqual([]);
    expect(await client.stop()).toBe(0);
  });

  test('an edit of cluster.yaml that is not saved breaks nodes.yaml, which nobody opened', async () => {
    const { client, uri } = await serverFor(BOTH);
    const text = CLUSTER.replace(/^proxmox_(api_url|node|api_token_id|api_token_secret): .*\n/gm, '');
    await client.open(uri('cluster.yaml'), text);
    const found = await client.diagnostics(uri('nodes.yaml'), some);
    expect(codes(found)).toContain('bare-metal-incomplete');
    expect(found[0]).toMatchObject({
      source: 'nigari',
      severity: 1,
      range: { start: rangeOf(NODES, 'name: k8s-cp-1').start },
    });
    await client.edit(uri('cluster.yaml'), CLUSTER);
    expect(await client.diagnostics(uri('nodes.yaml'), none)).toEqual([]);
  });

  test('a finding leads to the page about its rule, where there is one', async () => {
    const { client, uri } = await serverFor(BOTH);
    await client.open(uri('cluster.yaml'), 'x: 1\n');
    const found = await client.diagnostics(uri('cluster.yaml'), some);
    const href = pathToFileURL(join(program, '../../docs/rules.md')).href;
    expect(found.find(({ code }) => code === 'unknown-key')?.codeDescription).toEqual({ href: `${href}#unknown-key` });
    expect(found.find(({ code }) => code === 'missing-key')).not.toHaveProperty('codeDescription');
  });

  test('a file that changes on disk counts while it is not open', async () => {
    const { client, uri, root } = await serverFor(BOTH);
    await client.open(uri('cluster.yaml'), CLUSTER);
    expect(await client.diagnostics(uri('cluster.yaml'))).toEqual([]);
    writeFileSync(join(root, 'nodes.new'), NODES.replace('- name: k8s-cp-2', '- nam: k8s-cp-2'));
    renameSync(join(root, 'nodes.new'), join(root, 'nodes.yaml'));
    expect(codes(await client.diagnostics(uri('nodes.yaml'), some))).toContain('unknown-key');
    rmSync(join(root, 'nodes.yaml'));
    expect(codes(await client.diagnostics(uri('cluster.yaml'), some))).toContain('input-missing');
    expect(await client.diagnostics(uri('nodes.yaml'), none)).toEqual([]);
  });

  test('an editor that watches files itself is asked to', async () => {
    const capabilities = { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } };
    const { client, uri, root } = await serverFor(BOTH, { capabilities });
    await client.open(uri('cluster.yaml'), CLUSTER);
    expect(await client.diagnostics(uri('cluster.yaml'))).toEqual([]);
    expect(client.registrations).toContain('workspace/didChangeWatchedFiles');
    writeFileSync(join(root, 'nodes.yaml'), 'nodes: []\n');
    await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('nodes.yaml'), type: 2 }] });
    expect(codes(await client.diagnostics(uri('nodes.yaml'), some))).toContain('too-few');
  });

  test('what is closed counts as it is on disk again, and nothing is shown of a project that nobody has open', async () => {
    const { client, uri } = await serverFor(BOTH);
    await client.open(uri('cluster.yaml'), CLUSTER);
    await client.open(uri('nodes.yaml'), 'nodes: []\n');
    expect(codes(await client.diagnostics(uri('nodes.yaml'), some))).toContain('too-few');
    await client.close(uri('nodes.yaml'));
    expect(await client.diagnostics(uri('nodes.yaml'), none)).toEqual([]);
    await client.edit(uri('cluster.yaml'), 'x: 1\n');
    expect(await client.diagnostics(uri('cluster.yaml'), some)).not.toEqual([]);
    await client.close(uri('cluster.yaml'));
    expect(await client.diagnostics(uri('cluster.yaml'), none)).toEqual([]);
  });

  test('every folder that is open is checked, without a file of it being open', async () => {
    const [one, two] = [
      project({ ...BOTH, 'nodes.yaml': 'nodes: []\n' }),
      project({ ...BOTH, 'cluster.yaml': 'x: 1\n' }),
    ];
    const [first, second] = [one, two].map((root) => pathToFileURL(root).href);
    const client = await LspClient.start({ args: [program], folders: [first!] });
    expect(codes(await client.diagnostics(`${first}/nodes.yaml`, some))).toContain('too-few');
    const event = { added: [{ uri: second, name: 'two' }], removed: [{ uri: first, name: 'one' }] };
    await client.notify('workspace/didChangeWorkspaceFolders', { event });
    expect(codes(await client.diagnostics(`${second}/cluster.yaml`, some))).toContain('unknown-key');
    expect(await client.diagnostics(`${first}/nodes.yaml`, none)).toEqual([]);
  });

  test('what is none of our business is left alone', async () => {
    const { client, uri } = await serverFor({
      ...BOTH,
      'other/cluster.yaml': 'kind: Cluster\n',
      'cluster.yaml.example': 'x: 1\n',
    });
    const others = [
      uri('other/cluster.yaml'),
      uri('cluster.yaml.example'),
      uri('values.yaml'),
      'untitled:cluster.yaml',
      'git:/p/cluster.yaml?x',
      'file://host/share/cluster.yaml',
      '%',
    ];
    for (const other of others) await client.open(other, 'x: [\n');
    for (const other of others)
      expect(await client.at('textDocument/hover', other, { line: 0, character: 0 })).toBeNull();
    // Ours comes last: by then all the others have been looked at.
    await client.open(uri('cluster.yaml'), 'x: 1\n');
    await client.diagnostics(uri('cluster.yaml'), some);
    expect(
      client.published.filter(({ uri: shown, diagnostics }) => others.includes(shown) && diagnostics.length > 0),
    ).toEqual([]);
    expect(client.log).toEqual([]);
  });

  test('a broken file takes nothing with it', async () => {
    const { client, uri } = await serverFor(BOTH);
    for (const text of [
      '',
      '\0',
      '[',
      '{'.repeat(2000),
      'a: &a [*a]\n',
      '- x\n',
      '\ufeff',
      '%YAML 1.1\n---\na: 1\n',
      '? {a: b}\n: c\n',
    ]) {
      await client.open(uri('cluster.yaml'), text);
      expect(await client.diagnostics(uri('cluster.yaml'), some), JSON.stringify(text)).not.toEqual([]);
      for (const method of ['textDocument/hover', 'textDocument/definition', 'textDocument/completion'])
        await client.at(method, uri('cluster.yaml'), { line: 99, character: 99 });
      await client.actions(uri('cluster.yaml'), { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } });
      await client.close(uri('cluster.yaml'));
    }
    expect(client.log).toEqual([]);
    expect(await client.stop()).toBe(0);
  });
});

describe('answers', () => {
  test('a quick fix mends what was typed a moment ago', async () => {
    const { client, uri } = await serverFor(BOTH);
    const text = NODES.replace('controller: true', 'controler: true');
    await client.open(uri('nodes.yaml'), text);
    const [action] = (await client.actions(uri('nodes.yaml'), rangeOf(text, 'controler'))).filter(
      ({ isPreferred }) => isPreferred,
    );
    expect(action).toMatchObject({
      title: 'Rename to controller',
      kind: 'quickfix',
      diagnostics: [{ code: 'unknown-key' }],
    });
    const edits = action?.edit?.changes?.[uri('nodes.yaml')] ?? [];
    expect(edited(text, edits)).toBe(NODES);
    await client.edit(uri('nodes.yaml'), edited(text, edits));
    expect(await client.diagnostics(uri('nodes.yaml'), none)).toEqual([]);
  });

  test('only quick fixes are offered, and only where they are asked for', async () => {
    const { client, uri } = await serverFor(BOTH);
    const text = NODES.replace('controller: true', 'controler: true');
    await client.open(uri('nodes.yaml'), text);
    const ask = (only: readonly string[]): Promise<unknown[]> =>
      client.connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri: uri('nodes.yaml') },
        range: rangeOf(text, 'controler'),
        context: { diagnostics: [], only },
      });
    expect(await ask(['refactor'])).toEqual([]);
    expect((await ask(['quickfix'])).length).toBeGreaterThan(0);
  });

  test('hovering shows the final value and its source, but no secret', async () => {
    const { client, uri } = await serverFor(BOTH);
    const text = NODES.replace('controller: false', 'controller: false\n    vm_memory: 32768');
    await client.open(uri('nodes.yaml'), text);
    const hover = await client.at<Hover>('textDocument/hover', uri('nodes.yaml'), rangeOf(text, '32768').start);
    expect(hover.contents).toMatchObject({
      kind: 'markdown',
      value: expect.stringContaining('Final value: `32768`, written here') as string,
    });
    await client.open(uri('cluster.yaml'), CLUSTER);
    const secret = rangeOf(CLUSTER, '00000000-0000');
    const masked = await client.at<Hover>('textDocument/hover', uri('cluster.yaml'), secret.start);
    expect(JSON.stringify(masked)).toContain('Final value: `***`');
    expect(JSON.stringify(masked)).not.toContain('00000000-0000');
  });

  test('the definition of an address is the network', async () => {
    const { client, uri } = await serverFor(BOTH);
    await client.open(uri('nodes.yaml'), NODES);
    const found = await client.at<Location[]>(
      'textDocument/definition',
      uri('nodes.yaml'),
      rangeOf(NODES, '10.0.0.12').start,
    );
    expect(found).toEqual([{ uri: uri('cluster.yaml'), range: rangeOf(CLUSTER, '10.0.0.0/24') }]);
  });

  test('words are completed, unless the editor leaves that to another server', async () => {
    const { client, uri } = await serverFor(BOTH);
    const text = `${CLUSTER}\nnode_first_boot: `;
    await client.open(uri('cluster.yaml'), text);
    const end = { line: text.split('\n').length - 1, character: 'node_first_boot: '.length };
    const items = await client.at<CompletionItem[]>('textDocument/completion', uri('cluster.yaml'), end);
    expect(items.map(({ label }) => label)).toEqual(['static', 'dhcp']);
    const without = await LspClient.start({ args: [program], initializationOptions: { completion: false } });
    expect(client.initialized.capabilities.completionProvider).toBeDefined();
    expect(without.initialized.capabilities.completionProvider).toBeUndefined();
  });
});

describe('the end', () => {
  test('exit without shutdown is 1', async () => {
    const { client } = await serverFor({});
    await client.notify('exit', {});
    expect(await client.exited).toBe(1);
  });

  test('an editor that goes without a word is 1', async () => {
    const { client } = await serverFor({});
    client.child.stdin?.end();
    expect(await client.exited).toBe(1);
  });

  test('an editor that died, though something holds its end of the pipe, is 1', async () => {
    const { pid } = spawnSync(process.execPath, ['--eval', '']);
    const { client } = await serverFor({}, { processId: pid });
    expect(await client.exited).toBe(1);
  });

  test('an editor that goes between shutdown and exit is 0', async () => {
    const { client } = await serverFor({});
    await client.connection.sendRequest('shutdown');
    client.child.stdin?.end();
    expect(await client.exited).toBe(0);
  });
});
