/** The lefthook.yml that comes with nigari: what it runs is a verb, and what is missing is not fetched. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { emptyFolder, nigari, REPOSITORY } from './support/project.ts';

interface Hook {
  readonly jobs: readonly { readonly name: string; readonly run: string }[];
}

test('before each commit guard is asked', () => {
  const hooks = parse(readFileSync(join(REPOSITORY, 'lefthook.yml'), 'utf8')) as Readonly<Record<string, Hook>>;
  expect(Object.keys(hooks)).toEqual(['pre-commit']);
  expect(hooks['pre-commit']?.jobs.map(({ run }) => run)).toEqual(['npx --no nigari guard']);
  expect(nigari(emptyFolder(), ['guard', '--help']).stdout).toContain('Usage: nigari guard ');
});
