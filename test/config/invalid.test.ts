/** Each folder of `test/fixtures/invalid` breaks one rule, at the line that is marked, and no other. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../scripts/config/rules.ts';
import { validate } from '../../scripts/config/validate.ts';
import { inputs, readText } from '../support/input.ts';

const FOLDER = 'test/fixtures/invalid';
const MARK = '# <- here';
const codes = readdirSync(new URL(`../../${FOLDER}`, import.meta.url));

describe.each(codes)('%s', (code) => {
  const cluster = readText(`${FOLDER}/${code}/cluster.yaml`);
  const nodes = readText(`${FOLDER}/${code}/nodes.yaml`);
  const { problems } = validate(inputs(cluster, nodes));

  test('is found where it is marked, and nothing else is', () => {
    const rule = RULES.find((known) => known.code === code);
    const found = problems.map(({ code, severity, file, line }) => ({ code, severity, file, line }));
    expect(found).toEqual([
      { code, severity: rule?.severity ?? 'error', ...marked({ 'cluster.yaml': cluster, 'nodes.yaml': nodes }) },
    ]);
  });

  test('says how to mend it', () => {
    expect(problems[0]?.hint).toBeTruthy();
  });

  test('begins with a comment that says what is wrong', () => {
    expect(cluster.includes(MARK) ? cluster : nodes).toMatch(/^# [A-Z][^\n]*\.( # <- here)?\n/);
  });
});

test('every rule has a fixture', () => {
  expect(codes).toEqual(expect.arrayContaining(RULES.map(({ code }) => code)));
});

/** The one line of the two files that carries the mark. */
function marked(texts: Readonly<Record<string, string>>): { file: string; line: number } {
  const lines = Object.entries(texts).flatMap(([file, text]) =>
    text.split('\n').map((words, index) => ({ file, line: index + 1, words })),
  );
  const [only, ...others] = lines.filter(({ words }) => words.endsWith(MARK));
  if (only === undefined || others.length > 0) throw new Error('a fixture has one mark');
  return { file: only.file, line: only.line };
}
