import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../scripts/problem.ts';
import { spanOf } from '../../scripts/report/span.ts';
import { anyProblem } from '../support/problems.ts';

const at = (place: Partial<Problem>): Problem => ({ code: 'a', severity: 'error', message: 'm', ...place });

describe('spanOf', () => {
  test.each([
    ['nothing', {}, null],
    ['a line', { line: 3 }, { line: 3, column: null, endLine: 3, endColumn: null }],
    ['lines', { line: 3, endLine: 5 }, { line: 3, column: null, endLine: 5, endColumn: null }],
    ['a place', { line: 3, column: 7 }, { line: 3, column: 7, endLine: 3, endColumn: null }],
    ['a range', { line: 3, column: 7, endLine: 3, endColumn: 9 }, { line: 3, column: 7, endLine: 3, endColumn: 9 }],
    [
      'a range over lines',
      { line: 3, column: 7, endLine: 4, endColumn: 1 },
      { line: 3, column: 7, endLine: 4, endColumn: 1 },
    ],
    [
      'an end before the start',
      { line: 3, column: 7, endLine: 3, endColumn: 6 },
      { line: 3, column: 7, endLine: 3, endColumn: null },
    ],
    [
      'an end on an earlier line',
      { line: 3, column: 7, endLine: 2, endColumn: 9 },
      { line: 3, column: 7, endLine: 3, endColumn: 9 },
    ],
    ['no line', { column: 7, endLine: 3 }, null],
    ['line 0', { line: 0, column: 7 }, null],
    ['half a line', { line: 1.5 }, null],
    ['more than 32 bits', { line: 1, column: 2 ** 31 }, { line: 1, column: null, endLine: 1, endColumn: null }],
  ])('%s', (_, place, wanted) => {
    expect(spanOf(at(place))).toEqual(wanted);
  });

  test('is null or sensible, whatever a problem says', () => {
    fc.assert(
      fc.property(anyProblem(), (problem) => {
        const span = spanOf(problem);
        if (span === null) return;
        const { line, column, endLine, endColumn } = span;
        for (const value of [line, column ?? 1, endLine, endColumn ?? 1]) {
          expect(Number.isInteger(value) && value >= 1 && value < 2 ** 31).toBe(true);
        }
        expect(endLine).toBeGreaterThanOrEqual(line);
        expect(endColumn === null || endLine > line || endColumn >= (column ?? Infinity)).toBe(true);
      }),
    );
  });
});
