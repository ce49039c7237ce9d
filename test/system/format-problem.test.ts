import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../scripts/system/format-problem.ts';

const plain = picocolors.createColors(false);

describe('formatProblem', () => {
  test('position, severity, message, code; the hint below', () => {
    const problem = {
      code: 'node-cidr',
      severity: 'error',
      file: 'cluster.yaml',
      line: 14,
      column: 13,
      message: 'not a network',
      hint: 'write 10.0.0.0/24',
    } as const;
    expect(formatProblem(problem, plain)).toMatchInlineSnapshot(`
      "cluster.yaml:14:13  error  not a network  (node-cidr)
        hint: write 10.0.0.0/24"
    `);
  });

  test('only as much position as there is', () => {
    const problem = { code: 'a', severity: 'note', message: 'm' } as const;
    expect(formatProblem(problem, plain)).toBe('note  m  (a)');
    expect(formatProblem({ ...problem, file: 'x.tf' }, plain)).toBe('x.tf  note  m  (a)');
    expect(formatProblem({ ...problem, file: 'x.tf', line: 3 }, plain)).toBe('x.tf:3  note  m  (a)');
  });

  test('lines to paste stay lines', () => {
    const problem = { code: 'a', severity: 'warning', message: 'm', hint: 'paste:\nrules:\n  - x' } as const;
    expect(formatProblem(problem, plain)).toBe('warning  m  (a)\n  hint: paste:\n        rules:\n          - x');
  });

  test('what comes from the inputs cannot command the terminal', () => {
    const evil = '\u001b[2J\nx';
    const shown = formatProblem({ code: 'a', severity: 'error', file: evil, message: evil, hint: evil }, plain);
    expect(shown).not.toContain('\u001b');
    expect(shown.split('\n')).toHaveLength(3);
  });

  test('colours by severity', () => {
    const colours = picocolors.createColors(true);
    const shown = (severity: 'error' | 'warning' | 'note') =>
      formatProblem({ code: 'a', severity, message: 'm' }, colours);
    expect(shown('error')).toContain(colours.red('error'));
    expect(shown('warning')).toContain(colours.yellow('warning'));
    expect(shown('note')).toContain(colours.blue('note'));
  });
});
