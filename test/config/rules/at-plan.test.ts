import { expect, test } from 'vitest';
import { problemsAtPlan } from '../../../scripts/config/rules/at-plan.ts';
import { validate } from '../../../scripts/config/validate.ts';
import { fixture } from '../../support/fixture.ts';
import { inputs } from '../../support/input.ts';

const problemsOf = (code: string) => {
  const { texts } = fixture(code);
  return validate(inputs(texts['cluster.yaml'], texts['nodes.yaml'])).problems;
};

test.each([
  ['proxmox-token-missing', 'warning', 'error'],
  ['unfilled-placeholder', 'warning', 'error'],
  ['edge-blanks', 'warning', 'error'],
  ['secret-placeholder', 'warning', 'warning'],
  ['secret-edge-blanks', 'warning', 'warning'],
  ['memory-ballooning', 'warning', 'warning'],
  ['mtu-above-1500', 'note', 'note'],
  ['cidr-host-bits', 'error', 'error'],
  ['unknown-key', 'error', 'error'],
])('%s is a %s, and at infra plan a %s', (code, usual, atPlan) => {
  const problems = problemsOf(code);
  expect(problems).toMatchObject([{ code, severity: usual }]);
  expect(problemsAtPlan(problems)).toEqual([{ ...problems[0], severity: atPlan }]);
});

test('a code that is not of the inputs is left alone', () => {
  const problem = { code: 'tofu-missing', severity: 'warning', message: 'x' } as const;
  expect(problemsAtPlan([problem])).toEqual([problem]);
});
