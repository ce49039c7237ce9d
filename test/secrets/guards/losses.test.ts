import { describe, expect, test } from 'vitest';
import { problemsOf } from '../support.ts';

/** A text as YAML in double quotes. */
const quoted = (text: string) => JSON.stringify(text);

describe('what sops itself would lose is refused at its position', () => {
  test.each([
    ['several lines that start with a tab', `a: ${quoted('\tx\ny')}`, [1, 4], 'a'],
    ['the same in a list', `a:\n  - ${quoted('\tx\ny')}`, [2, 5], 'a[0]'],
    ['several lines that start with a space, in a list', `a:\n  - ${quoted(' x\ny')}`, [2, 5], 'a[0]'],
    ['several lines that start with an empty one, in a list', `a:\n  - ${quoted('\nx')}`, [2, 5], 'a[0]'],
    ['the same in a mapping in a list', `a:\n  - b: ${quoted(' x\ny')}`, [2, 8], 'a[0].b'],
    ['a merge key as text', `a: "<<"`, [1, 4], 'a'],
    ['a merge key', `x: &x {y: 1}\na:\n  <<: *x`, [3, 3], 'a.<<'],
    ['half a character', `a: "\\ud800"`, [1, 4], 'a'],
    ['a key of several lines that starts with a tab', `${quoted('\tx\ny')}: 1`, [1, 1], '\tx\ny'],
  ])('%s', async (_what, text, [line, column], path) => {
    const problems = await problemsOf(text);
    expect(problems).toMatchObject([{ code: 'sops-loses-value', severity: 'error', line, column, path }]);
  });

  test.each([
    ['one line that starts with a tab', `a: ${quoted('\tx')}`],
    ['several lines that start with a space, in a mapping', `a:\n  b: ${quoted(' x\ny')}`],
    ['the same two levels below a list', `a:\n  - b:\n      c: ${quoted(' x\ny')}`],
    ['a pair of surrogates', `a: "\\ud83d\\ude00"`],
    ['line separators that are encrypted', `a: "x\\u2028y"`],
  ])('but not %s', async (_what, text) => {
    expect(await problemsOf(text)).toEqual([]);
  });
});
