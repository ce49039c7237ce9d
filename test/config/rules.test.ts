/** What holds of all rules; what the fixtures do not show of single ones is in `rules/`. */
import { expect, test } from 'vitest';
import { RULES } from '../../scripts/config/rules.ts';
import { validate } from '../../scripts/config/validate.ts';
import { inputs } from '../support/input.ts';
import { ONE, PROXMOX } from '../support/rule-inputs.ts';

test('the codes are in kebab case and different, the sentences too', () => {
  expect(RULES.map(({ code }) => code)).toEqual(RULES.map(() => expect.stringMatching(/^[a-z]+(-[a-z0-9]+)+$/)));
  expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
  expect(new Set(RULES.map(({ check }) => check.name)).size).toBe(RULES.length);
});

test('a small project has no finding, and neither do two files that say nothing', () => {
  expect(validate(inputs(PROXMOX, ONE)).problems).toEqual([]);
  expect(validate(inputs('{}', '{}')).problems.map(({ code }) => code)).toEqual(Array(3).fill('missing-key'));
});

test('application keys are counted in one note, and one is one', () => {
  const one = validate(inputs(`${PROXMOX}environment: production\n`, ONE));
  expect(one).toMatchObject({ ok: true, problems: [{ code: 'application-keys', severity: 'note', line: 7 }] });
  expect(one.problems[0]?.message).toMatch(/^1 key is /);
});
