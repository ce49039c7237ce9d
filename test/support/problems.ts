/** Problems as no rule should ever make them: every format has to bear them. */
import fc from 'fast-check';
import type { Problem } from '../../scripts/problem.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    'a\r\nb',
    '%0A::error::x',
    '::set-output name=x::y',
    '##[add-mask]x',
    'a:b,c=d',
    '\u001b[2J',
    '\ud800',
    'x\udc00',
    '\u202eabc',
    '日本語 e\u0301 👩‍👩‍👧',
    '{0} [a](b)',
    '../../etc',
    '/etc/passwd',
    'c:\\x',
    'a b/ü?#%.yaml',
    '__proto__',
  ),
);

const place = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.constantFrom(0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 1e300),
);

/** One problem; file names are among `files`, or hostile too. */
export function anyProblem(files: readonly string[] = []): fc.Arbitrary<Problem> {
  const file = files.length === 0 ? hostile : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...files) }, hostile);
  return fc.record(
    {
      code: fc.oneof(fc.constantFrom('cidr-host-bits', 'unknown-key', 'yaml-syntax'), hostile),
      severity: fc.constantFrom('error', 'warning', 'note'),
      message: hostile,
      hint: hostile,
      file,
      line: place,
      column: place,
      endLine: place,
      endColumn: place,
      path: hostile,
    },
    { requiredKeys: ['code', 'severity', 'message'], noNullPrototype: true },
  );
}

export const anyProblems = (files: readonly string[] = []): fc.Arbitrary<readonly Problem[]> =>
  fc.array(anyProblem(files), { maxLength: 8 });
