import { describe, expect, test } from 'vitest';
import { unsupportedPath } from '../../scripts/talos/version.ts';

const PATHS: readonly (readonly [running: string | null, wanted: string, code: string | null])[] = [
  ['1.13.0', '1.13.0', null],
  ['1.13.0', '1.13.10', null],
  ['1.13.0-beta.1', '1.13.0', null],
  ['1.12.9', '1.13.0', null],
  ['1.9.0', '1.10.0', null],
  ['1.11.5', '1.13.0', 'talos-minor-skipped'],
  ['1.9.0', '1.13.2', 'talos-minor-skipped'],
  ['1.13.0', '2.0.0', 'talos-minor-skipped'],
  ['1.13.0', '1.12.9', 'talos-downgrade'],
  ['1.10.0', '1.9.9', 'talos-downgrade'],
  ['1.13.10', '1.13.9', 'talos-downgrade'],
  ['1.13.1-alpha.0', '1.13.0', 'talos-downgrade'],
  ['2.0.0', '1.13.0', 'talos-downgrade'],
  [null, '1.13.0', null],
];

describe('the way from one Talos to another', () => {
  test.each(PATHS)('%s → %s: %s', (running, wanted, code) => {
    const found = unsupportedPath('cp-1 (10.0.0.11)', running, wanted);
    expect(found?.code ?? null).toBe(code);
  });

  test.each(PATHS.filter(([, , code]) => code !== null))('%s → %s names all that it is about', (running, wanted) => {
    const message = unsupportedPath('cp-1 (10.0.0.11)', running, wanted)?.message ?? '';
    for (const part of ['cp-1 (10.0.0.11)', running ?? '', wanted]) expect(message).toContain(part);
  });

  test('leads by way of the newest patch of each minor', () => {
    expect(unsupportedPath('cp-1', '1.10.3', '1.13.2')?.hint).toMatch(
      /^set talos_version to the newest 1\.10 first, then to the newest 1\.11, and so on up to 1\.13\.2;/,
    );
  });

  test('stays where going on would lead back', () => {
    expect(unsupportedPath('cp-1', '1.13.5', '1.13.2')?.hint).toMatch(/^set talos_version to 1\.13\.5, or to a newer/);
  });
});
