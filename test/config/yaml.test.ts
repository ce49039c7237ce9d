import { describe, expect, test } from 'vitest';
import { MAX_INPUT_BYTES, parseYaml } from '../../scripts/config/yaml.ts';
import type { Problem } from '../../scripts/problem.ts';
import { sourceFile } from '../support/input.ts';

const parse = (contents: string | Uint8Array) => parseYaml(sourceFile('cluster.yaml', contents));

/** All findings on a file, whether it could be read or not. */
function findings(contents: string | Uint8Array): readonly Problem[] {
  const file = parse(contents);
  return file.ok ? file.value.problems : file.problems;
}

/** `code line:column` of each finding. */
const places = (contents: string | Uint8Array): string[] =>
  findings(contents).map(({ code, line, column }) => `${code} ${line}:${column}`);

/** The value of a file that has no finding. */
function valueOf(contents: string | Uint8Array): unknown {
  const file = parse(contents);
  expect(findings(contents)).toEqual([]);
  return file.ok ? file.value.value : null;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf16 = (text: string): Uint8Array => bytes(...[...text].flatMap((character) => [character.charCodeAt(0), 0]));

describe('bytes', () => {
  test.each([
    ['a byte order mark', '\uFEFFa: 1\n', { a: 1 }],
    ['CRLF', 'a: 1\r\nb:\r\n  - x\r\n', { a: 1, b: ['x'] }],
    ['no newline at the end', 'a: 1', { a: 1 }],
    ['characters beyond the BMP', 'a: 😀é\n', { a: '😀é' }],
  ])('%s is read', (_, text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test.each([
    ['UTF-16 with its mark, little endian', bytes(0xff, 0xfe, 0x61, 0x00), 'not-utf8 1:1'],
    ['UTF-16 with its mark, big endian', bytes(0xfe, 0xff, 0x00, 0x61), 'not-utf8 1:1'],
    ['UTF-16 without a mark', utf16('a: 1\n'), 'not-utf8 1:1'],
    ['Latin-1', bytes(...Buffer.from('a: 1\nb: '), 0xe9, 0x0a), 'not-utf8 2:4'],
    ['a character that is cut off', bytes(...Buffer.from('a: x'), 0xf0, 0x9f), 'not-utf8 1:5'],
    ['a surrogate in UTF-8', bytes(...Buffer.from('a: é'), 0xed, 0xa0, 0x80), 'not-utf8 1:5'],
  ])('%s is refused', (_, contents, place) => {
    expect(places(contents)).toEqual([place]);
    expect(findings(contents)[0]?.hint).toMatch(/UTF-8/);
  });

  test('a file of 8 MiB is read, one byte more is refused unread', () => {
    const comment = (length: number): Uint8Array => Buffer.from(`a: 1 #${'x'.repeat(length - 6)}`);
    expect(valueOf(comment(MAX_INPUT_BYTES))).toEqual({ a: 1 });
    expect(places(comment(MAX_INPUT_BYTES + 1))).toEqual(['input-too-large 1:1']);
  });
});

describe('what is no mapping', () => {
  test.each([
    ['an empty file', '', 'empty-file 1:1'],
    ['blank lines', '\n \n\n', 'empty-file 1:1'],
    ['a comment', '# nothing\n', 'empty-file 1:1'],
    ['an empty document', '---\n', 'empty-file 1:1'],
    ['null', 'null\n', 'not-a-mapping 1:1'],
    ['a list', '# nodes\n- name: a\n', 'not-a-mapping 2:1'],
    ['a text', 'hello\n', 'not-a-mapping 1:1'],
  ])('%s', (_, text, place) => {
    expect(places(text)).toEqual([place]);
  });
});

describe('what is no YAML', () => {
  test.each([
    ['a tab', 'a:\n\tb: 1\n', ['tab-indentation 2:1']],
    ['a quote that is never closed', 'a: 1\nb: "x\nc: 2\n', ['yaml-syntax 2:4']],
    ['a bracket that is never closed', 'a: [1, 2\n', ['yaml-syntax 2:1']],
    ['a colon without a blank', 'a:1\nb: 2\n', ['yaml-syntax 1:1']],
    ['a text that starts with @', 'a: @x\n', ['yaml-syntax 1:4']],
    ['a line that is indented too far', 'a: 1\n  b: 2\n', ['yaml-syntax 1:4']],
    ['another version', '%YAML 1.1\n---\na: yes\n', ['yaml-version 1:1']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['several-documents 2:1']],
    ['many documents', 'a: 1\n---\n'.repeat(1000), ['several-documents 2:1']],
    ['tabs and a text with a tail', 'a:\n\tb: 1\nc: "x" y\n', ['tab-indentation 2:1', 'yaml-syntax 3:8']],
  ])('%s', (_, text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  test('the message does not repeat the text, which may be a secret', () => {
    for (const secret of [
      '"hunter2"hunter2',
      '@hunter2',
      '"\\hunter2"',
      '[hunter2',
      '*hunter2',
      '!hunter2 x',
      '99999999999999999999',
    ]) {
      const [problem] = findings(`tfstate_password: ${secret}\n`);
      expect(problem?.message).not.toMatch(/hunter2|99999/);
    }
  });
});

describe('keys', () => {
  test('the second of two equal keys is a finding that names the first, and the first counts', () => {
    const file = parse('a: 1\nb: {c: 2, c: 3}\na: 4\n');
    expect(file).toMatchObject({ ok: true, value: { value: { a: 1, b: { c: 2 } } } });
    expect(places('a: 1\nb: {c: 2, c: 3}\na: 4\n')).toEqual(['duplicate-key 2:11', 'duplicate-key 3:1']);
    expect(findings('a: 1\nb: {c: 2, c: 3}\n')[0]).toMatchObject({
      path: 'b.c',
      message: 'b.c is already written at cluster.yaml:2:5',
    });
  });

  test('keys that objects have by themselves are ordinary keys', () => {
    const value = valueOf('__proto__: {polluted: true}\nconstructor: 1\n') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });

  test.each(['1: a', 'true: a', '? [a]\n: b', ': a', '? !x a\n: b'])('a key must be a text: %s', (text) => {
    expect(findings(text).map(({ code }) => code)).toEqual(['non-string-key']);
  });

  test('twenty thousand keys in one mapping, half of them twice, are compared one by one', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `k${index % 10_000}: 1\n`);
    expect(findings(lines.join(''))).toHaveLength(10_000);
  });
});

describe('values', () => {
  test('are those of YAML 1.2', () => {
    const text = 'a: yes\nb: 0o17\nc: 0777\nd: 0x1F\ne: 12:30\nf: 2026-11-21\ng: ~\nh: True\ni: 1_000\nj: -1.50\n';
    expect(valueOf(text)).toEqual({
      a: 'yes',
      b: 15,
      c: 777,
      d: 31,
      e: '12:30',
      f: '2026-11-21',
      g: null,
      h: true,
      i: '1_000',
      j: -1.5,
    });
  });

  test.each(['12345678901234567890', '-9007199254740993', '.inf', '.nan', '1e400'])(
    'a number that would change is a finding: %s',
    (number) => {
      expect(places(`a: ${number}\n`)).toEqual(['inexact-number 1:4']);
    },
  );

  test('tags of the core schema are taken, others and misfits are findings', () => {
    expect(valueOf('a: !!str 12\nb: !!int "7"\nc: ! 12\nd: !!map {e: !!seq [f]}\n')).toEqual({
      a: '12',
      b: 7,
      c: '12',
      d: { e: ['f'] },
    });
    const text = 'a: !env X\nb: !!binary aGk=\nc: !!set {d}\ne: !!int x\nf: !<!constructor> g\n';
    expect(findings(text).map(({ code, line }) => `${code} ${line}`)).toEqual(
      [1, 2, 3, 4, 5].map((line) => `unknown-tag ${line}`),
    );
  });

  test.each(['a: !x!y b\n', 'a: !<constructor> b\n'])('a tag that is none is a finding: %s', (text) => {
    expect(places(text)).toEqual(['unknown-tag 1:4']);
  });

  test('a file under an unknown tag is a value that cannot be read', () => {
    expect(parse('!x\na: 1\n')).toMatchObject({ ok: false, problems: [{ code: 'unknown-tag' }] });
  });

  test('are frozen', () => {
    const value = valueOf('a: {b: [c]}\n') as { a: { b: string[] } };
    expect([value, value.a, value.a.b].every(Object.isFrozen)).toBe(true);
  });
});

describe('aliases and merges', () => {
  test('a mapping says more than what it merges, and the first of two merged ones more than the second', () => {
    const text = 'x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n';
    expect(valueOf(text)).toMatchObject({ z: { a: 3, b: 1, c: 2 } });
  });

  test.each([
    ['a merge of a text', 'a:\n  <<: b\n', 'bad-merge 2:3'],
    ['an alias without an anchor', 'a: *b\n', 'unknown-alias 1:4'],
    ['an alias before its anchor', 'a: *b\nc: &b 1\n', 'unknown-alias 1:4'],
    ['a value that contains itself', 'a: &a [*a]\n', 'recursive-alias 1:8'],
  ])('%s is a finding', (_, text, place) => {
    expect(places(text)).toEqual([place]);
  });

  test('an alias stands for the last anchor of its name', () => {
    expect(valueOf('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  test('130 aliases of a block are fine, and so are five thousand', () => {
    const block = 'shared: &shared {disk: /dev/sda, mtu: 1500, vars: {rack: a1, room: cellar, power: [left, right]}}\n';
    for (const count of [130, 5_000]) {
      const list = Array.from({ length: count }, (_, index) => `  - {<<: *shared, name: node-${index}}\n`);
      const value = valueOf(`${block}nodes:\n${list.join('')}`) as { nodes: { mtu: number }[] };
      expect(value.nodes.at(-1)?.mtu).toBe(1500);
    }
  });

  test('a bomb is refused before it is made', () => {
    const nine = (name: string): string => `[${Array.from({ length: 9 }, () => `*${name}`).join(', ')}]`;
    const levels = [...'bcdefghijklmnopq'].map(
      (name, index) => `${name}: &${name} ${nine('abcdefghijklmnopq'.charAt(index))}\n`,
    );
    expect(places(`a: &a [lol, lol, lol]\n${levels.join('')}`)).toEqual(['alias-expansion 6:16']);
  });

  test('a merge bomb is refused before it is made', () => {
    const keys = (at: number): string => Array.from({ length: 100 }, (_, index) => `k${at}x${index}: 1`).join(', ');
    const levels = Array.from(
      { length: 99 },
      (_, at) => `m${at}: &m${at} {${at > 0 ? `<<: *m${at - 1}, ` : ''}${keys(at)}}\n`,
    );
    const uses = Array.from({ length: 1000 }, (_, at) => `u${at}: {<<: *m49}\n`);
    expect(findings(levels.join('') + uses.join('')).map(({ code }) => code)).toEqual(['alias-expansion']);
  });
});

describe('depth and number', () => {
  test.each([
    ['brackets', '['.repeat(1_000_000)],
    ['list marks', '- '.repeat(1_000_000)],
    ['question marks', '? '.repeat(1_000_000)],
    ['indentation', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    [
      'aliases',
      Array.from(
        { length: 2000 },
        (_, depth) => `a${depth}: &a${depth} [${depth > 0 ? `*a${depth - 1}` : 'x'}]\n`,
      ).join(''),
    ],
    [
      'merges',
      Array.from(
        { length: 2000 },
        (_, depth) => `a${depth}: &a${depth} {${depth > 0 ? `<<: *a${depth - 1}` : 'x: 1'}}\n`,
      ).join(''),
    ],
  ])('%s nest only so deep', (_, text) => {
    expect(findings(text)[0]?.code).toBe('too-deep');
  });

  test('eight megabytes of commas are refused while the memory lasts', () => {
    expect(findings(`a: [${'b,'.repeat(4_000_000)}]`).map(({ code }) => code)).toEqual(['too-many-values']);
  });
});

describe('places', () => {
  const text = [
    'node_cidr: 10.0.0.0/24', // 1
    'shared: &shared', // 2
    '  mtu: 9000', // 3
    'nodes:', // 4
    '  - name: "a"', // 5
    '    <<: *shared', // 6
    '    empty:', // 7
    '  - *shared', // 8
    'flow: {a: [x, yy]}', // 9
    '',
  ].join('\r\n');
  const file = parse(text);
  if (!file.ok) throw new Error('the text of these tests is valid');
  const span = (place: { line: number; column: number; endLine: number; endColumn: number }): string =>
    `${place.line}:${place.column}-${place.endLine}:${place.endColumn}`;

  test.each([
    ['a text', ['node_cidr'], '1:12-1:23'],
    ['a text in quotes', ['nodes', 0, 'name'], '5:11-5:14'],
    ['a mapping: its first key', ['nodes', 0], '5:5-5:9'],
    ['a list: the first key of its first item', ['nodes'], '5:5-5:9'],
    ['the file', [], '1:1-1:10'],
    ['a merged value', ['nodes', 0, 'mtu'], '3:8-3:12'],
    ['an alias', ['nodes', 1], '8:5-8:12'],
    ['a value behind an alias', ['nodes', 1, 'mtu'], '3:8-3:12'],
    ['an empty value: its key', ['nodes', 0, 'empty'], '7:5-7:10'],
    ['a flow mapping', ['flow'], '9:7-9:19'],
    ['an item', ['flow', 'a', 1], '9:15-9:17'],
    ['a missing key: its parent', ['nodes', 0, 'address'], '5:5-5:9'],
    ['a missing item: its parent', ['nodes', 7, 'name'], '5:5-5:9'],
    ['a missing key of the file', ['cluster_api_addr'], '1:1-1:10'],
  ] as const)('%s', (_, path, place) => {
    expect(span(file.value.places.value(path))).toBe(place);
  });

  test('a key', () => {
    expect(span(file.value.places.key(['nodes', 0, 'name']))).toBe('5:5-5:9');
    expect(span(file.value.places.key(['nodes', 0, 'missing']))).toBe('5:5-5:9');
  });

  test('the text of a scalar', () => {
    expect(file.value.places.source(['nodes', 0, 'mtu'])).toBe('9000');
    expect(file.value.places.source(['nodes'])).toBeNull();
    expect(file.value.places.source(['missing'])).toBeNull();
  });
});
