/** The catalogue is complete: what `check` can say is in it, and what is in it can be said. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, catalogueEntry, CODES } from '../../../scripts/config/rules/catalogue.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ENTRIES = CATALOGUE.flatMap(({ entries }) => entries);

test('each code is there once', () => {
  expect(CODES).toHaveLength(ENTRIES.length);
  expect(catalogueEntry('cidr-host-bits')).toMatchObject({
    sentence: 'Networks have no host bits',
    severity: 'error',
    silenceable: false,
  });
  expect(catalogueEntry('toString')).toBeNull();
});

describe.each(ENTRIES.map((entry) => [entry.code, entry] as const))('%s', (_, { sentence, why }) => {
  test('is a sentence, and a reason on one line', () => {
    expect(sentence).toMatch(/^[A-Z/][^\n]{10,90}[^.]$/);
    expect(why).toMatch(/^[A-Z`/].{10,150}\.$/);
  });
});

/** Where the codes of `check` are made, apart from the rules. */
const SOURCES = ['scripts/config', 'scripts/render', 'scripts/system/inputs.ts', 'scripts/system/templates.ts'];

function sourceFiles(path: string): readonly string[] {
  if (path.endsWith('.ts')) return [path];
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
}

/** `code: 'x'`, a member of a union of codes (`| 'x'`), and the code that `verify` hands to its own function. */
const CODE =
  /code: '([a-z0-9-]+)'|^ {2}\| '((?:template|unknown|value|secret)-[a-z-]+)'|^ +'((?:path|output)-[a-z]+)',$|problemOf\(artifact, '([a-z-]+)'/gm;

test('every code in the sources that check runs through is there', () => {
  const codes = SOURCES.flatMap(sourceFiles).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(CODE)].map((match) => match.slice(1).find(Boolean) ?? ''),
  );
  expect(codes.length).toBeGreaterThan(100);
  expect([...new Set(codes)].filter((code) => !CODES.includes(code))).toEqual([]);
  expect(CODES.filter((code) => !codes.includes(code))).toEqual([]);
});
