import fc from 'fast-check';
import picocolors from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../scripts/problem.ts';
import { codeFrames } from '../../scripts/report/frames.ts';
import { visible } from '../../scripts/report/visible.ts';
import { anyProblem } from '../support/problems.ts';

const colours = picocolors.createColors(false);

/** The frame of a place in a template, of which every line may be shown; '' for none. */
function frame(text: string, place: Partial<Problem>, columns = 80): string {
  const problem: Problem = { code: 'a', severity: 'error', message: 'm', file: 'x.njk', ...place };
  return codeFrames(new Map([['x.njk', text]]))(problem, { colours, columns }) ?? '';
}

/** The frame of `part` where it first stands in a text of one line. */
function frameOf(line: string, part: string, columns = 80): string {
  const column = line.indexOf(part) + 1;
  return `\n${frame(line, { line: 1, column, endLine: 1, endColumn: column + part.length }, columns)}\n`;
}

describe('codeFrames', () => {
  test('the line, and carets below its range', () => {
    const text = 'a: 1\nnode_cidr: 10.0.0.5/24\nb: 2\n';
    expect(`\n${frame(text, { line: 2, column: 12, endLine: 2, endColumn: 23 })}\n`).toMatchInlineSnapshot(`
      "
        2 | node_cidr: 10.0.0.5/24
          |            ^^^^^^^^^^^
      "
    `);
  });

  test('a place without an end is one caret, also behind the end of a line', () => {
    expect(frame('a: 1', { line: 1, column: 4 })).toBe('  1 | a: 1\n    |    ^');
    expect(frame('a: 1', { line: 1, column: 5, endLine: 1, endColumn: 5 })).toBe('  1 | a: 1\n    |     ^');
    expect(frame('a: 1', { line: 1, column: 900, endLine: 1, endColumn: 950 })).toBe('  1 | a: 1\n    |     ^');
    expect(frame('a: 1\n', { line: 2, column: 1 })).toBe('  2 |\n    | ^');
  });

  test('a line without a column is shown without a mark', () => {
    expect(frame('a: 1\nb', { line: 2 })).toBe('  2 | b');
  });

  test.each([
    ['no line', {}],
    ['a line that is not there', { line: 2, column: 1 }],
    ['line 0', { line: 0, column: 1 }],
    ['no file', { line: 1, file: '' }],
    ['another file', { line: 1, file: 'y.njk' }],
  ])('none for %s', (_, place) => {
    expect(frame('a: 1', place)).toBe('');
  });

  test('a range over lines is marked from word to word, and shown by its beginning', () => {
    const text = '#{ a\n    + b\n\n    + c }#\n';
    expect(`\n${frame(text, { line: 1, column: 4, endLine: 2, endColumn: 8 })}\n`).toMatchInlineSnapshot(`
      "
        1 | #{ a
          |    ^
        2 |     + b
          |     ^^^
      "
    `);
    expect(`\n${frame(text, { line: 1, column: 4, endLine: 4, endColumn: 8 })}\n`).toMatchInlineSnapshot(`
      "
        1 | #{ a
          |    ^
        2 |     + b
          |     ^^^
        3 |
          | ^
          | …
      "
    `);
  });

  test('line numbers are aligned', () => {
    const text = `${'\n'.repeat(8)}nine: [\nten]\n`;
    expect(frame(text, { line: 9, column: 7, endLine: 10, endColumn: 5 })).toBe(
      '   9 | nine: [\n     |       ^\n  10 | ten]\n     | ^^^^',
    );
  });

  test.each([
    ['tabs are blanks up to the next stop', 'a:\tb\t!c', '!c', '\n  1 | a:  b   !c\n    |         ^^\n'],
    ['wide characters count twice', '名前: 日本 # x', '日本', '\n  1 | 名前: 日本 # x\n    |       ^^^^\n'],
    ['so do emoji, however they are composed', '👩‍👩‍👧🇩🇪: x', 'x', '\n  1 | 👩‍👩‍👧🇩🇪: x\n    |       ^\n'],
    ['an emoji is marked whole', 'a: 👍🏽', '👍🏽', '\n  1 | a: 👍🏽\n    |    ^^\n'],
    ['combining marks take no room', 'cafe\u0301: x', 'x', '\n  1 | cafe\u0301: x\n    |       ^\n'],
    ['halfwidth forms count once', 'ｱｲ: x', 'x', '\n  1 | ｱｲ: x\n    |     ^\n'],
    ['control characters are made visible', 'a: \u001b[31mx', 'x', '\n  1 | a: \\u001b[31mx\n    |              ^\n'],
    ['and marked as what they became', 'a: \u0000', '\u0000', '\n  1 | a: \\u0000\n    |    ^^^^^^\n'],
    ['directions too', 'a: \u202ex', 'x', '\n  1 | a: \\u202ex\n    |          ^\n'],
    ['and half characters', 'a: \ud83d!', '!', '\n  1 | a: \\ud83d!\n    |          ^\n'],
    ['and what would take no room', 'a: \u200bx', '\u200b', '\n  1 | a: \\u{200b}x\n    |    ^^^^^^^^\n'],
    ['a carriage return at the end is not shown', 'a: x\r\nb', 'x', '\n  1 | a: x\n    |    ^\n'],
  ])('%s', (_, line, part, wanted) => {
    expect(frameOf(line, part)).toBe(wanted);
  });

  test('a long line is cut around the place', () => {
    const words = Array.from({ length: 60 }, (_, index) => `w${index}`).join(' ');
    expect(frameOf(words, 'w0', 40)).toMatchInlineSnapshot(`
      "
        1 | w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w…
          | ^^
      "
    `);
    expect(frameOf(words, 'w30', 40)).toMatchInlineSnapshot(`
      "
        1 | …7 w28 w29 w30 w31 w32 w33 w34 w…
          |            ^^^
      "
    `);
    expect(frameOf(words, 'w59', 40)).toMatchInlineSnapshot(`
      "
        1 | …w52 w53 w54 w55 w56 w57 w58 w59
          |                              ^^^
      "
    `);
  });

  test('so is a line as long as a file, and one of wide characters', () => {
    const line = `${'日'.repeat(2_000_000)}!${'本'.repeat(2_000_000)}`;
    expect(frameOf(line, '!', 30)).toMatchInlineSnapshot(`
      "
        1 | …日日日!本本本本本本本…
          |        ^
      "
    `);
  });

  test('in colours: the gutter is dim, the carets are of the severity', () => {
    const colours = picocolors.createColors(true);
    const problem: Problem = { code: 'a', severity: 'warning', message: 'm', file: 'x.njk', line: 1, column: 1 };
    expect(codeFrames(new Map([['x.njk', 'a']]))(problem, { colours, columns: 80 })).toBe(
      `${colours.dim('  1 |')} a\n${colours.dim('    |')} ${colours.yellow('^')}`,
    );
  });

  test('a mark stands below what it marks', () => {
    const characters = fc.array(fc.constantFrom('a', '-', '日', 'e\u0301', '👩‍👩‍👧', '🇩🇪', '\u001b', '\ud800'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(characters, fc.constantFrom('x', '本', '👍🏽', '\u0000'), characters, (before, marked, after) => {
        const [left, line] = [before.join(''), [...before, marked, ...after].join('')];
        const place = { line: 1, column: left.length + 1, endLine: 1, endColumn: left.length + marked.length + 1 };
        const marks = `${' '.repeat(stringWidth(visible(left)))}${'^'.repeat(stringWidth(visible(marked)))}`;
        expect(frame(line, place, 400)).toBe(`  1 | ${visible(line)}\n    | ${marks}`);
      }),
    );
  });

  test('whatever the text and the place, it fits the terminal and cannot command it', () => {
    const pieces = ['a', ' ', '\t', '日', 'e\u0301', '👩‍👩‍👧', '\u200b', '\ud800', '\u001b', '\n', '\r\n', '\r'];
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anyText, anyProblem(['x.njk']), fc.integer({ min: 0, max: 60 }), (text, problem, columns) => {
        const shown = codeFrames(new Map([['x.njk', text]]))(problem, { colours, columns }) ?? '';
        expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
        for (const row of shown.split('\n')) expect(stringWidth(row)).toBeLessThanOrEqual(Math.max(columns, 20));
      }),
      { numRuns: 500 },
    );
  });
});
