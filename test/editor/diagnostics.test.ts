import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionsIn, asked, completionsAt, definitionsAt, hoverAt } from '../../scripts/editor/answers.ts';
import { shownIn, type Addresses } from '../../scripts/editor/diagnostics.ts';
import { INPUT_NAMES } from '../../scripts/editor/input.ts';
import { readProject } from '../../scripts/editor/project.ts';
import { checked, refused } from '../../scripts/problem.ts';
import { projectOf, textIn } from '../support/editor.ts';
import { inputs, readText, sourceFile } from '../support/input.ts';
import { damagedFile } from '../support/mutations.ts';

const CLUSTER = 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n';
const BARE = '    controller: true\n    disk: /dev/sda\n    schematic_id: "' + 'a'.repeat(64) + '"\n';
const NODES = `nodes:\n  - name: a\n    address: 10.0.0.11\n    mac_addr: bc:24:11:00:00:01\n${BARE}`;
const ADDRESSES: Addresses = { uri: (name) => `file:///p/${name}`, page: () => null };

test('a problem becomes a diagnostic with its hint', () => {
  const project = projectOf({ 'cluster.yaml': `${CLUSTER}cluster_nam: é\n`, 'nodes.yaml': NODES });
  const addresses: Addresses = { ...ADDRESSES, page: (code) => `file:///docs/rules.md#${code}` };
  expect(shownIn('cluster.yaml', project, addresses).map(({ diagnostic }) => diagnostic)).toEqual([
    {
      range: { start: { line: 2, character: 0 }, end: { line: 2, character: 11 } },
      severity: 1,
      code: 'unknown-key',
      codeDescription: { href: 'file:///docs/rules.md#unknown-key' },
      source: 'nigari',
      message: 'cluster_nam is not a known key\nhint: did you mean cluster_name?',
    },
  ]);
  expect(shownIn('nodes.yaml', project, addresses)).toEqual([]);
});

test('a note is information, and comes after the errors', () => {
  const text = `hubble_enabled: true\n${CLUSTER}cluster_name: X\n`;
  const shown = shownIn('cluster.yaml', projectOf({ 'cluster.yaml': text, 'nodes.yaml': NODES }), ADDRESSES);
  expect(shown.map(({ diagnostic: { code, severity } }) => [code, severity])).toEqual([
    ['bad-format', 1],
    ['application-keys', 3],
  ]);
});

test('the other of two places is related information', () => {
  const second = NODES.replace('nodes:\n', '').replace('name: a', 'name: b').replace('00:01', '00:02');
  const text = NODES + second;
  const [shown] = shownIn('nodes.yaml', projectOf({ 'cluster.yaml': CLUSTER, 'nodes.yaml': text }), ADDRESSES);
  const [related] = shown?.diagnostic.relatedInformation ?? [];
  expect(related?.location.uri).toBe('file:///p/nodes.yaml');
  expect(text.split('\n')[related?.location.range.start.line ?? 0]).toBe('    address: 10.0.0.11');
  expect(related?.location.range.start.character).toBe('    address: '.length);
});

test('what is said of a file that is not there stands at the top of the other one', () => {
  const missing = {
    code: 'input-missing',
    severity: 'error',
    file: 'nodes.yaml',
    message: 'there is no nodes.yaml',
  } as const;
  const project = readProject({ cluster: checked(sourceFile('cluster.yaml', CLUSTER)), nodes: refused(missing) });
  expect(shownIn('nodes.yaml', project, ADDRESSES)).toEqual([]);
  const [only] = shownIn('cluster.yaml', project, ADDRESSES);
  expect(only?.diagnostic).toMatchObject({
    code: 'input-missing',
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
  });
});

test('no more than a thousand are shown, errors first', () => {
  const lines = Array.from({ length: 1500 }, (_, index) => `key_that_is_none_${index}: 1\n`).join('');
  const project = projectOf({ 'cluster.yaml': `hubble_enabled: true\n${CLUSTER}${lines}`, 'nodes.yaml': NODES });
  const severities = shownIn('cluster.yaml', project, ADDRESSES).map(({ diagnostic }) => diagnostic.severity);
  expect(severities).toEqual(Array.from({ length: 1000 }, () => 1));
});

describe('places', () => {
  test.each([
    ['behind a character outside the BMP', 'cluster_name: 😀X # 😀\n', '😀X'],
    ['behind line ends of Windows', '\r\n\r\ncluster_name: X\r\n', 'X'],
    ['behind a lone carriage return, which ends a line for an editor', '# a\rb\ncluster_name: X\n', 'X'],
    ['at the very end', 'cluster_name: X', 'X'],
  ])('%s', (_, lines, marked) => {
    const text = CLUSTER + lines;
    const [shown] = shownIn('cluster.yaml', projectOf({ 'cluster.yaml': text, 'nodes.yaml': NODES }), ADDRESSES);
    expect(shown && textIn(text, shown.diagnostic.range)).toBe(marked);
  });

  test('in a file with a byte order mark, which an editor hides', () => {
    const project = readProject(inputs(`\u{feff}cluster_nam: x\n${CLUSTER}`, NODES));
    const [shown] = shownIn('cluster.yaml', project, ADDRESSES);
    expect(shown?.diagnostic.range).toEqual({ start: { line: 0, character: 0 }, end: { line: 0, character: 11 } });
  });
});

test('whatever the files say, every question has an answer, and every place is in the text', () => {
  const sources = (name: string): readonly string[] => [
    readText(`${name}.example`),
    ...['unknown-key', 'missing-key', 'wrong-type', 'bad-merge', 'duplicate-key', 'unknown-alias'].map((code) =>
      readText(`test/fixtures/invalid/${code}/${name}`),
    ),
  ];
  const property = fc.property(
    damagedFile(sources('cluster.yaml')),
    damagedFile(sources('nodes.yaml')),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (cluster, nodes, share) => {
      const project = readProject(inputs(cluster, nodes));
      for (const name of INPUT_NAMES) {
        const at = asked(project, name);
        if (at === null) continue;
        const { text, span } = at.input;
        const offset = Math.floor(share * text.length);
        const { start: position } = span(offset, offset);
        hoverAt(at, position);
        definitionsAt(at, position, ADDRESSES.uri);
        completionsAt(at, position);
        const whole = span(0, text.length);
        const places = shownIn(name, project, ADDRESSES).map(({ diagnostic }) => diagnostic.range);
        const edits = actionsIn(at, whole, ADDRESSES).flatMap(({ edit }) => Object.values(edit?.changes ?? {}).flat());
        for (const { start, end } of [...places, ...edits.map(({ range }) => range)]) {
          expect(at.input.offset(start)).toBeLessThanOrEqual(at.input.offset(end));
          expect(end.line).toBeLessThanOrEqual(whole.end.line);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 120, seed: 4 });
});
