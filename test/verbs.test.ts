import { expect, test } from 'vitest';
import { VERBS } from '../scripts/verbs.ts';
import type { Verb, VerbGroup } from '../scripts/verbs/verb.ts';

const leaves = (verbs: readonly (Verb | VerbGroup)[]): readonly Verb[] =>
  verbs.flatMap((verb) => ('run' in verb ? [verb] : leaves(verb.verbs)));

/** The rest of the help is wrapped by the program itself; a command stays on one line. */
test('what a verb’s help says at its end fits a terminal of 80 columns', () => {
  const lines = leaves(VERBS).flatMap(({ more = '' }) => more.split('\n'));
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('  nigari '))).toEqual([]);
});
