import { test } from 'vitest';
import { validatesDamagedFiles } from '../support/validate-property.ts';

test('a thousand damaged files give a config or problems with a place', () => {
  validatesDamagedFiles(1000, 20_261_121);
});
