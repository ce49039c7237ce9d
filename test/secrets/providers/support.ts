/** What the tests of the providers share. */
import { expect } from 'vitest';
import { reveal, type Secret } from '../../../scripts/config/secret.ts';
import type { Checked, Problem } from '../../../scripts/problem.ts';

/** The text of a secret that was given. @throws Error with the problems when none was */
export function given(found: Checked<Secret>): string {
  if (found.ok) return reveal(found.value);
  throw new Error(found.problems.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

/** The one problem of an answer: an error with a remedy, in which no secret is. */
export function problemOf(answer: Checked<unknown>, secrets: readonly string[] = []): Problem {
  expect(answer.ok).toBe(false);
  expect(answer.problems).toHaveLength(1);
  const [problem] = answer.problems as [Problem];
  expect(problem).toMatchObject({ severity: 'error', hint: expect.stringMatching(/./) });
  for (const secret of secrets) expect(JSON.stringify(problem)).not.toContain(secret);
  return problem;
}
