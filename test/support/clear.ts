/** What every refusal of nigari looks like. */
import { expect } from 'vitest';
import type { Ended } from './infra-project.ts';

/**
 * One problem, be it of several machines, with its way on, in words of ours; no stack.
 * @param code without it: any, but that of a failure of which nothing is known
 */
export function expectClear({ stderr, all }: Pick<Ended, 'stderr' | 'all'>, code?: string): void {
  const found = [...stderr.matchAll(/^error .* \(([a-z-]+)\)(\n {2}hint: .)?/gm)];
  const problems = [...new Map(found.map(([, code, hint]) => [code, [code, hint !== undefined]])).values()];
  expect({ problems, all }).toEqual({
    problems: [[code ?? expect.not.stringMatching('^tofu-failed$'), true]],
    all,
  });
  // Words of a row whose place in the tool's text was not found.
  expect(stderr.slice(stderr.search(/^error /m))).not.toMatch(/\b(?:by|since) unknown\b|\(unknown\)|\{\w+\}$/m);
  expect(all).not.toMatch(/^ +at /m);
}
