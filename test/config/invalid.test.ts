/** Each folder of `test/fixtures/invalid` breaks one rule, at the line that is marked, and no other. */
import { describe, expect, test } from 'vitest';
import { RULES } from '../../scripts/config/rules.ts';
import { CATALOGUE, catalogueEntry, CODES } from '../../scripts/config/rules/catalogue.ts';
import { validate } from '../../scripts/config/validate.ts';
import { fixture, fixtureCodes, type Texts } from '../support/fixture.ts';
import { inputs } from '../support/input.ts';

const found = (texts: Texts) =>
  validate(inputs(texts['cluster.yaml'], texts['nodes.yaml'], texts['cluster.sops.yaml'])).problems;

describe.each(fixtureCodes)('%s', (name) => {
  const { code, texts, mended, file, line } = fixture(name);
  const problems = found(texts);

  test('is found where it is marked, and nothing else is', () => {
    expect(problems.map(({ code, severity, file, line }) => ({ code, severity, file, line }))).toEqual([
      { code, severity: catalogueEntry(code)?.severity, file, line },
    ]);
  });

  test('says how to mend it', () => {
    expect(problems[0]?.hint).toBeTruthy();
  });

  test('is mended by the lines that say so', () => {
    expect(found(mended)).toEqual([]);
  });

  test('begins with a comment that says what is wrong', () => {
    expect(texts[file]).toMatch(/^# [A-Z][^\n]*\.( # <- here)?\n/);
  });
});

test('there are at least sixty', () => {
  expect(fixtureCodes.length).toBeGreaterThanOrEqual(60);
});

test('every rule has a fixture, and every fixture a code', () => {
  expect(fixtureCodes).toEqual(expect.arrayContaining(RULES.map(({ code }) => code)));
  expect(CODES).toEqual(expect.arrayContaining([...fixtureCodes]));
});

/** What no pair of text files in a repository can be, or what is not about them. */
const WITHOUT_FIXTURE = ['input-missing', 'input-not-a-file', 'input-too-large', 'not-utf8', 'too-many-values'];

test('every other code about the files has one too', () => {
  const codes = CATALOGUE.slice(0, 3).flatMap(({ entries }) => entries.map(({ code }) => code));
  expect([...fixtureCodes, ...WITHOUT_FIXTURE].toSorted()).toEqual(codes.toSorted());
});
