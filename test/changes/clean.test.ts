/** What clean takes away, and what keeps it from that. */
import { describe, expect, test } from 'vitest';
import { cleaning, statesInTheWay, type StatePlace } from '../../scripts/changes/clean.ts';
import { hashOf, type Manifest } from '../../scripts/changes/manifest.ts';
import type { Disk } from '../../scripts/types.ts';

const MANIFEST = '.nigari/manifest.json';
const made = (...paths: readonly string[]): Manifest => ({
  nigari: '1.0.0',
  instances: new Map(),
  files: new Map(paths.map((path) => [path, { sha256: hashOf(Buffer.from('made\n')), template: 't' }])),
});
const disk = (files: Readonly<Record<string, string>>): Disk =>
  new Map(Object.entries(files).map(([path, text]) => [path, { bytes: Buffer.from(text), executable: false }]));

const paths = (manifest: Manifest, there: Disk, force = false): readonly (readonly string[])[] => {
  const { changes, manifest: after, problems } = cleaning(manifest, there, force);
  return [changes.map(({ path }) => path), [...(after?.files.keys() ?? [])], problems.map(({ code }) => code)];
};

describe('clean', () => {
  test('takes what is as it was made, and the manifest last', () => {
    expect(paths(made('b.tf', 'a.tf'), disk({ 'a.tf': 'made\n', 'b.tf': 'made\r\n', 'c.tf': 'made\n' }))).toEqual([
      ['a.tf', 'b.tf', MANIFEST],
      [],
      [],
    ]);
  });

  test('leaves what was edited or is sealed, and the manifest that lists it', () => {
    const there = disk({ 'a.tf': 'made\n', 'b.tf': 'mine\n', 's.sops.yaml': 'made\n' });
    expect(paths(made('a.tf', 'b.tf', 's.sops.yaml'), there)).toEqual([
      ['a.tf'],
      ['b.tf', 's.sops.yaml'],
      ['edited-stays', 'sealed-stays'],
    ]);
    expect(paths(made('a.tf', 'b.tf', 's.sops.yaml'), there, true)).toEqual([
      ['a.tf', 'b.tf', 's.sops.yaml', MANIFEST],
      [],
      [],
    ]);
  });

  test('takes the manifest alone where nothing else is left', () => {
    expect(paths(made('a.tf'), disk({}))).toEqual([[MANIFEST], [], []]);
  });
});

const LOCAL = 'terraform {\n  backend "local" {\n';
const HTTP = 'terraform {\n  backend "http" {\n';

test.each<readonly [backend: string | null, hasStateFile: boolean, isInitialised: boolean, refused: boolean]>([
  [LOCAL, false, false, false],
  [LOCAL, false, true, false],
  [LOCAL, true, true, true],
  [null, true, false, true],
  [HTTP, false, false, false],
  [HTTP, false, true, true],
])('backend %j, state file %s, initialised %s: refused %s', (backend, hasStateFile, isInitialised, refused) => {
  const place: StatePlace = { directory: 'infrastructure/tofu', backend, hasStateFile, isInitialised };
  expect(statesInTheWay([place]).map(({ code }) => code)).toEqual(refused ? ['state-exists'] : []);
});
