import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { haveALineEach, manyWorks, type WorkSeen, type WorkState } from '../../scripts/report/many-works.ts';
import { someOf } from '../../scripts/report/some-of.ts';

const works = (counts: Partial<Record<WorkState, number>>): readonly WorkSeen[] =>
  (Object.entries(counts) as [WorkState, number][]).flatMap(([state, count]) =>
    Array.from({ length: count }, (_, index) => ({ line: `configure ${state}-${index + 1}`, state })),
  );

describe('many works at once', () => {
  test('are counted, and those that go on have a line', () => {
    expect(manyWorks('configure', works({ done: 37, going: 3, waiting: 10 }), 24)).toEqual([
      'configure: 37 of 50 done, 3 at work, 10 waiting',
      'configure going-1',
      'configure going-2',
      'configure going-3',
    ]);
  });

  test.each([
    [7, ['configure going-1', 'configure going-2', 'configure going-3', 'configure going-4', 'and 4 more']],
    [4, ['configure going-1', 'and 7 more']],
    [3, ['and 8 more']],
    [2, []],
    [1, []],
  ])('leave out what a terminal of %i lines has no room for', (rows, lines) => {
    expect(manyWorks('configure', works({ going: 8 }), rows)).toEqual(['configure: 0 of 8 done, 8 at work', ...lines]);
  });

  test('say at their end what did not end well', () => {
    expect(manyWorks('ask', works({ done: 50 }), 24)).toEqual(['ask: 50 of 50 done']);
    expect(manyWorks('ask', works({ done: 40, failed: 2, stopped: 8 }), 24)).toEqual([
      'ask: 40 of 50 done, 2 failed, 8 stopped',
    ]);
  });

  const some = fc.nat(60);
  test('never take the line of the cursor, and count each work once', () => {
    const counts = fc.record({ waiting: some, going: some, done: some, failed: some, stopped: some });
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 60 }), (wanted, rows) => {
        const [head = '', ...lines] = manyWorks('ask', works(wanted), rows);
        const numbers = [...head.matchAll(/(\d+) (?!of)\w/g)].map(([, number]) => Number(number));
        const [, done, all] = /(\d+) of (\d+) done/.exec(head) ?? [];
        const total = Object.values(wanted).reduce((sum, count) => sum + count, 0);
        expect([Number(done), Number(all)]).toEqual([wanted.done, total]);
        expect(numbers.slice(1).reduce((sum, count) => sum + count, wanted.done)).toBe(total);
        expect(lines.length).toBeLessThanOrEqual(Math.min(rows - 2, wanted.going));
      }),
    );
  });

  test('of as many as fit each has a line', () => {
    expect([22, 23].map((count) => haveALineEach(count, 24))).toEqual([true, false]);
  });
});

test('of many names the first are listed, and how many more there are', () => {
  const names = Array.from({ length: 13 }, (_, index) => `n${index + 1}`);
  expect(someOf(names.slice(0, 12))).toBe('n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12');
  expect(someOf(names)).toBe('n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12 and 1 more');
});
