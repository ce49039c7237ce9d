import { expect, test } from 'vitest';
import { isAlive, leftOver, sealedLeftOver } from '../../scripts/changes/held.ts';

const DIRECTORY = 'infrastructure/tofu';
const LOCAL = 'terraform {\n  backend "local" {}\n}\n';
const HTTP = 'terraform {\n  backend "http" {}\n}\n';

test.each([
  ['nothing was ever made', { backend: LOCAL, inUse: false }, false],
  ['it is empty', { backend: null, inUse: false }, false],
  ['it has a state or was initialised', { backend: LOCAL, inUse: true }, true],
  ['its state lies elsewhere', { backend: HTTP, inUse: false }, true],
])('the directory of a former instance is alive or not: %s', (_, found, expected) => {
  expect(isAlive({ directory: DIRECTORY, ...found })).toBe(expected);
});

test('the end of a sealed file is told, that of any other is not', () => {
  const made = { sha256: '0'.repeat(64), template: 't' };
  const files = new Map(['a.sops.yaml', 'b.sops.yaml', 'gone.sops.yaml', 'c.tf'].map((path) => [path, made]));
  const found = sealedLeftOver(
    { nigari: '1', files, instances: new Map() },
    new Set(['b.sops.yaml']),
    (path) => path !== 'gone.sops.yaml',
  );
  expect(found.map(({ file }) => file)).toEqual(['a.sops.yaml']);
});

test('without a manifest only files with our first line are told of', () => {
  const disk = new Map(
    ['made.tf', 'old.tf', 'mine.tf'].map((path) => [path, { bytes: Buffer.from(path), executable: false }]),
  );
  const isGenerated = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString() !== 'mine.tf';
  expect(leftOver(disk, new Set(['made.tf']), isGenerated).map(({ file }) => file)).toEqual(['old.tf']);
});
