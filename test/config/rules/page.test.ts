import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CODES } from '../../../scripts/config/rules/catalogue.ts';
import { fixtureCodes } from '../../support/fixture.ts';
import { readText } from '../../support/input.ts';

const PAGE = readText('docs/rules.md');

/** The part of the page about a code. */
const section = (code: string): string =>
  PAGE.split(/^(?=### )/m).find((part) => part.startsWith(`### ${code}\n`)) ?? '';

test('docs/rules.md is what the rules and the fixtures give', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['tools/rules-page.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('every code has an entry, and every one that has a fixture an example', () => {
  expect(CODES.filter((code) => section(code) === '')).toEqual([]);
  expect(fixtureCodes.filter((code) => !/```diff\n[^`]*^-/m.test(section(code)))).toEqual([]);
});

test('none of the examples shows a mark of the fixtures', () => {
  expect(PAGE).not.toMatch(/# <-|^\+?#\+/m);
});
