import fc from 'fast-check';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Problem, Severity } from '../../scripts/problem.ts';
import { problemsText, summaryText, type OnTerminal } from '../../scripts/report/text.ts';
import { anyProblems } from '../support/problems.ts';

const plain = picocolors.createColors(false);
const text = (problems: readonly Problem[], terminal: OnTerminal | null = null): string =>
  problemsText(problems, plain, terminal);

const PROBLEM: Problem = {
  code: 'cidr-host-bits',
  severity: 'error',
  file: 'cluster.yaml',
  line: 14,
  column: 13,
  message: 'node_cidr has host bits set: 10.0.0.5/24',
  hint: 'did you mean 10.0.0.0/24?',
};

describe('problemsText', () => {
  test('position, severity, message, code; the hint below', () => {
    expect(text([PROBLEM, { ...PROBLEM, severity: 'warning' }])).toMatchInlineSnapshot(`
      "cluster.yaml:14:13  error  node_cidr has host bits set: 10.0.0.5/24  (cidr-host-bits)
        hint: did you mean 10.0.0.0/24?
      cluster.yaml:14:13  warning  node_cidr has host bits set: 10.0.0.5/24  (cidr-host-bits)
        hint: did you mean 10.0.0.0/24?
      "
    `);
    expect(text([])).toBe('');
  });

  test('only as much position as there is', () => {
    const problem = { code: 'a', severity: 'note', message: 'm' } as const;
    expect(text([problem])).toBe('note  m  (a)\n');
    expect(text([{ ...problem, file: 'x.tf' }])).toBe('x.tf  note  m  (a)\n');
    expect(text([{ ...problem, file: 'x.tf', line: 3 }])).toBe('x.tf:3  note  m  (a)\n');
  });

  test('lines to paste stay lines', () => {
    const problem = { code: 'a', severity: 'warning', message: 'm', hint: 'paste:\nrules:\n  - x' } as const;
    expect(text([problem])).toBe('warning  m  (a)\n  hint: paste:\n        rules:\n          - x\n');
  });

  test('the frame stands between the line and the hint, an empty line between problems', () => {
    const terminal = { columns: 80, frame: (problem: Problem) => (problem.line === 14 ? '  | frame' : null) };
    const without = { ...PROBLEM, line: 15 };
    expect(text([PROBLEM, without], terminal)).toMatchInlineSnapshot(`
      "cluster.yaml:14:13  error  node_cidr has host bits set: 10.0.0.5/24  (cidr-host-bits)
        | frame
        hint: did you mean 10.0.0.0/24?

      cluster.yaml:15:13  error  node_cidr has host bits set: 10.0.0.5/24  (cidr-host-bits)
        hint: did you mean 10.0.0.0/24?
      "
    `);
  });

  test('colours by severity', () => {
    const colours = picocolors.createColors(true);
    const shown = (severity: Severity) => problemsText([{ code: 'a', severity, message: 'm' }], colours, null);
    expect(shown('error')).toContain(colours.red('error'));
    expect(shown('warning')).toContain(colours.yellow('warning'));
    expect(shown('note')).toContain(colours.blue('note'));
  });

  test('whatever the problems say, no terminal obeys it, and each begins a line', () => {
    fc.assert(
      fc.property(anyProblems(), (problems) => {
        const shown = text(problems);
        expect(shown).not.toMatch(/[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e]/u);
        const ends = problems.map(({ hint }) =>
          hint === undefined ? 0 : hint.replaceAll('\r\n', '\n').split('\n').length,
        );
        expect(shown.split('\n')).toHaveLength(problems.length + ends.reduce((sum, lines) => sum + lines, 0) + 1);
      }),
    );
  });
});

describe('long lists', () => {
  const list = (severity: Severity, count: number): Problem[] =>
    Array.from({ length: count }, (_, index) => ({ code: 'a', severity, message: `${severity} ${index}` }));
  const terminal = { columns: 80, frame: null };

  test('are cut on a terminal only', () => {
    const problems = list('error', 62);
    expect(text(problems, terminal).split('\n').slice(48)).toEqual([
      'error  error 48  (a)',
      'error  error 49  (a)',
      'and 12 more',
      '',
    ]);
    expect(text(problems).split('\n')).toHaveLength(63);
    expect(text(list('error', 50), terminal)).not.toContain('more');
  });

  test('no error is cut for the sake of a warning, no warning for a note; the order stays', () => {
    const problems = [...list('note', 30), ...list('warning', 30), ...list('error', 30)];
    const shown = text(problems, terminal).split('\n').slice(0, -1);
    expect(shown).toEqual([
      ...problems.slice(30, 50).map(({ message }) => `warning  ${message}  (a)`),
      ...problems.slice(60).map(({ message }) => `error  ${message}  (a)`),
      'and 40 more',
    ]);
  });
});

describe('summaryText', () => {
  test.each([
    [[], ''],
    [['error', 'warning', 'error', 'note', 'error'], '3 errors, 1 warning, 1 note'],
    [['note', 'note', 'warning', 'warning'], '2 warnings, 2 notes'],
    [['error'], '1 error'],
  ] as const)('%j: %s', (severities, wanted) => {
    expect(summaryText(severities.map((severity) => ({ code: 'a', severity, message: 'm' })))).toBe(wanted);
  });
});
