/** What a change does to a file, line by line, and how that reads. */
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf, lineContent, type Content } from '../../scripts/changes/difference.ts';
import { bounded, statLines, unifiedLines } from '../../scripts/changes/difference-text.ts';
import type { Change, DiskFile, Sealed } from '../../scripts/types.ts';

const PATH = 'infrastructure/tofu/a.tf';
const as = (text: string): string => text;
const file = (text: string, executable = false): DiskFile => ({ bytes: Buffer.from(text), executable });
const now = (text: string, executable = false): Change => ({
  kind: 'update',
  path: PATH,
  sealed: { path: PATH, bytes: Buffer.from(text), executable } as unknown as Sealed,
});

/** As it is printed. @param before null where no file is; so, too, `after` */
function shown(before: string | null, after: string | null, modes: readonly [boolean, boolean] = [false, false]) {
  const [old, wanted] = [
    before === null ? undefined : file(before, modes[0]),
    after === null ? undefined : file(after),
  ];
  const kind = before === null ? 'create' : after === null ? 'delete' : 'update';
  const change = { ...now(after ?? '', modes[1]), kind } as Change;
  const plain = kind === 'delete' ? ({ kind, path: PATH } as const) : change;
  const disk = new Map(old === undefined ? [] : [[PATH, old]]);
  const difference = differenceOf(plain, disk, lineContent(old, wanted, as));
  return difference === null ? [] : unifiedLines(difference).map(({ text }) => text);
}

const HEAD = `diff --git a/${PATH} b/${PATH}`;
const NAMES = [`--- a/${PATH}`, `+++ b/${PATH}`];

describe('a file', () => {
  test('that changes', () => {
    expect(shown('a\nb\nc\nd\ne\n', 'a\nb\nc\nD\ne\n')).toEqual([
      HEAD,
      ...NAMES,
      '@@ -1,5 +1,5 @@',
      ...[' a', ' b', ' c', '-d', '+D', ' e'],
    ]);
  });

  test('that is new', () => {
    const head = [HEAD, 'new file mode 100644', '--- /dev/null', `+++ b/${PATH}`];
    expect(shown(null, 'a\nb\n')).toEqual([...head, '@@ -0,0 +1,2 @@', '+a', '+b']);
  });

  test('that goes', () => {
    const head = [HEAD, 'deleted file mode 100644', `--- a/${PATH}`, '+++ /dev/null'];
    expect(shown('a\n', null)).toEqual([...head, '@@ -1 +0,0 @@', '-a']);
  });

  test('that may be executed from now on', () => {
    expect(shown('a\n', 'a\n', [false, true])).toEqual([HEAD, 'old mode 100644', 'new mode 100755']);
  });

  test('whose last line has no end', () => {
    const END = '\\ No newline at end of file';
    expect(shown('a', 'a\n').slice(3)).toEqual(['@@ -1 +1 @@', '-a', END, '+a']);
    expect(shown(null, 'a').slice(4)).toEqual(['@@ -0,0 +1 @@', '+a', END]);
  });

  test('whose line ends git changed', () => {
    expect(shown('a\r\nb\r\n', 'a\nc\n').slice(3)).toEqual(['@@ -1,2 +1,2 @@', ' a', '-b', '+c']);
  });

  test('of which every line is another, or that is no text', () => {
    const long = (word: string): string => Array.from({ length: 5000 }, (_, index) => `${word}${index}\n`).join('');
    expect(shown(long('a'), long('b'))).toEqual([`update ${PATH} (not shown: more than 2000 lines differ)`]);
    expect(shown('a\0b', 'c\n')).toEqual([`update ${PATH} (not shown: it is no text)`]);
    expect(lineContent({ bytes: Buffer.from([0xff, 0xfe]) }, file('a'), as).of).toBe('nothing shown');
    expect(lineContent(undefined, file(long('a')), as)).toMatchObject({ of: 'lines', added: 5000, removed: 0 });
  });

  test('that holds what must not be shown', () => {
    const mask = (line: string): string => line.replaceAll('hunter22', '***');
    const content = lineContent(file('a = "hunter22"\n'), file('a = 1\n'), mask);
    expect(content).toMatchObject({ hunks: [{ lines: ['-a = "***"', '+a = 1'] }] });
  });
});

test('whatever the two texts are, one becomes the other by what is shown', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '-c', '+d', '@@', '')).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      if (before === after) return;
      expect(applyPatch(before, `${shown(before, after).slice(1).join('\n')}\n`)).toBe(after);
    }),
  );
});

const KEYS: Content = {
  of: 'keys',
  opened: true,
  differences: [
    { kind: 'added', what: 'value', name: 'token' },
    { kind: 'changed', what: 'value', name: 'vars.password' },
  ],
};
const sealed = (content: Content) => ({
  kind: 'update' as const,
  path: 's.sops.yaml',
  executable: { old: false, now: false },
  content,
});

test('of a sealed file the names of keys', () => {
  const told = (content: Content): readonly string[] => unifiedLines(sealed(content)).map(({ text }) => text);
  expect(told(KEYS)).toEqual(['update s.sops.yaml (sealed: only names are shown)', '  + token', '  ~ vars.password']);
  expect(told({ ...KEYS, differences: [] })).toEqual([
    'update s.sops.yaml (sealed: the same values, only encrypted anew)',
  ]);
  expect(told({ ...KEYS, opened: false })[1]).toContain('no key here opens what is there');
});

test('a long one is cut, and says so', () => {
  const lines = unifiedLines(sealed(KEYS));
  expect(bounded(lines, 3, 'nigari diff')).toEqual(lines);
  expect(bounded(lines, 1, 'nigari diff').map(({ text }) => text)).toEqual([
    lines[0]?.text,
    '… and 2 lines more: nigari diff',
  ]);
});

test('counted', () => {
  const lines = (path: string, added: number, removed: number) => ({
    ...sealed({ of: 'lines', added, removed, hunks: [] }),
    path,
  });
  const unseen = { ...sealed({ of: 'nothing shown', why: 'it is no text' }), path: 'b' };
  expect(statLines([lines('a.tf', 2, 1), sealed(KEYS), unseen])).toEqual([
    'a.tf        | 3 ++-',
    's.sops.yaml | 2 (sealed keys)',
    'b           | - (it is no text)',
    '3 files changed, 2 insertions(+), 1 deletions(-)',
  ]);
  expect(statLines([lines('a', 300, 100), lines('b', 1, 0)])).toEqual([
    `a | 400 ${'+'.repeat(30)}${'-'.repeat(10)}`,
    'b |   1 +',
    '2 files changed, 301 insertions(+), 100 deletions(-)',
  ]);
});
