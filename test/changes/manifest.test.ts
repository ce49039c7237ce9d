import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, MANIFEST_FILE, manifestText, readManifest, type Manifest } from '../../scripts/changes/manifest.ts';
import { sourceFile } from '../support/input.ts';
import { emptyFolder } from '../support/project.ts';

const SHA = 'a'.repeat(64);
const read = (text: string) => readManifest(sourceFile(MANIFEST_FILE, text));
const of = (...paths: readonly string[]): Manifest => ({
  nigari: '0.1.0',
  instances: new Map(),
  files: new Map(paths.map((path) => [path, { sha256: hashOf(Buffer.from(path)), template: `templates/${path}.njk` }])),
});

const RENDERED = {
  shared: { proxmox_node: 'pve' },
  machines: new Map([
    ['b', { vm_id: 101, controller: true }],
    ['a', { vm_id: null }],
  ]),
  moved: new Map([['c', 'b']]),
};

describe('the manifest', () => {
  test('is read as it was written', () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((text) => `a/${text.replace(/[^\w-]/g, '_')}`);
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.string(), (paths, nigari) => {
        const instances = new Map(paths.map((path) => [path, RENDERED]));
        const manifest = { ...of(...paths), nigari, instances };
        const result = read(manifestText(manifest));
        expect(result.ok && result.value).toEqual(manifest);
      }),
    );
  });

  test('has a line for each file, sorted', () => {
    expect(manifestText(of('b', 'a'))).toBe(
      [
        '{',
        '  "schema": 1,',
        '  "nigari": "0.1.0",',
        '  "files": {',
        `    "a": { "sha256": "${hashOf(Buffer.from('a'))}", "template": "templates/a.njk" },`,
        `    "b": { "sha256": "${hashOf(Buffer.from('b'))}", "template": "templates/b.njk" },`,
        '    "~": "one line each, sorted: git can merge this"',
        '  },',
        ...['instances', 'machines', 'moved'].flatMap((part, index) => [
          `  "${part}": {`,
          '    "~": "one line each, sorted: git can merge this"',
          index === 2 ? '  }' : '  },',
        ]),
        '}',
        '',
      ].join('\n'),
    );
  });

  test('has a line for each instance, each machine and each move', () => {
    const text = manifestText({ ...of(), instances: new Map([['infrastructure/tofu', RENDERED]]) });
    expect(text.split('\n').filter((line) => line.includes('infrastructure/tofu'))).toEqual([
      '    "infrastructure/tofu": { "proxmox_node": "pve" },',
      '    "infrastructure/tofu/a": { "vm_id": null },',
      '    "infrastructure/tofu/b": { "vm_id": 101, "controller": true },',
      '    "infrastructure/tofu/c": "b",',
    ]);
  });

  test('of a nigari that kept nothing of instances has none', () => {
    const result = read('{"schema":1,"nigari":"1","files":{}}');
    expect(result.ok && result.value?.instances).toEqual(new Map());
  });

  test('is merged by git where two branches make different files', () => {
    const folder = emptyFolder();
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
    const commit = (...paths: readonly string[]): void => {
      writeFileSync(join(folder, 'manifest.json'), manifestText(of(...paths)));
      git('add', '--all');
      git('commit', '--quiet', '--message', paths.join());
    };
    const rest = ['m/a', 'm/b', 'm/c', 'm/d'];
    git('init', '--quiet', '--initial-branch', 'main');
    commit(...rest);
    git('checkout', '--quiet', '-b', 'other');
    commit('a', ...rest);
    git('checkout', '--quiet', 'main');
    commit(...rest, 'z');
    git('merge', '--quiet', '--no-edit', 'other');
    const merged = readManifest(sourceFile(MANIFEST_FILE, execFileSync('cat', [join(folder, 'manifest.json')])));
    expect(merged.ok && merged.value).toEqual(of('a', ...rest, 'z'));
  });

  test.each([
    ['empty', ''],
    ['a list', '[]'],
    ['half of it', manifestText(of('a')).slice(0, 60)],
    ['in conflict', manifestText(of('a')).replace('    "a"', '<<<<<<< ours\n    "a"')],
    ['without a version', '{"schema":1,"files":{}}'],
    ['with a hash that is none', `{"schema":1,"nigari":"1","files":{"a":{"sha256":"x","template":"t"}}}`],
    ['with a path that leads out', `{"schema":1,"nigari":"1","files":{"../a":{"sha256":"${SHA}","template":"t"}}}`],
    ['with an input', `{"schema":1,"nigari":"1","files":{"cluster.yaml":{"sha256":"${SHA}","template":"t"}}}`],
    ['with an instance that is none', '{"schema":1,"nigari":"1","files":{},"instances":{"a":1}}'],
    ['with a machine of lists', '{"schema":1,"nigari":"1","files":{},"machines":{"a/b":{"vm_id":[1]}}}'],
    ['with a move to nowhere', '{"schema":1,"nigari":"1","files":{},"moved":{"a/b":null}}'],
    ["with git's own files", `{"schema":1,"nigari":"1","files":{"x/.git/config":{"sha256":"${SHA}","template":"t"}}}`],
  ])('that is %s counts as none, with a warning', (_, text) => {
    const result = read(text);
    expect(result.ok && result.value).toBeNull();
    expect(result.problems.map(({ code }) => code)).toEqual(['manifest-damaged']);
  });

  test('of a newer nigari is refused', () => {
    expect(read('{"schema":2,"nigari":"9.0.0","things":[]}')).toMatchObject({
      ok: false,
      problems: [{ code: 'manifest-newer', message: expect.stringContaining('9.0.0') as string }],
    });
  });

  test('that is not there is none', () => {
    expect(readManifest(null)).toEqual({ ok: true, value: null, problems: [] });
  });
});

describe('hashOf', () => {
  test('passes over what git does to line ends, and over nothing else', () => {
    const hash = (text: string): string => hashOf(Buffer.from(text));
    expect(hash('a\r\nb\r\n')).toBe(hash('a\nb\n'));
    expect(hash('a\rb')).not.toBe(hash('ab'));
    expect(hash('\0a\r\n')).not.toBe(hash('\0a\n'));
  });
});
