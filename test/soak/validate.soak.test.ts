import { test } from 'vitest';
import { validatesDamagedFiles } from '../support/validate-property.ts';

test('a hundred thousand damaged files give a config or problems with a place', () => {
  validatesDamagedFiles(100_000, Date.now());
});
