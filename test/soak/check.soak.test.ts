import process from 'node:process';
import { test } from 'vitest';
import { validatesDamagedFiles } from '../support/validate-property.ts';

const INPUTS = 100_000;

test('a hundred thousand damaged files give a config or problems with a place', () => {
  const { milliseconds, bytes } = validatesDamagedFiles(INPUTS, Date.now());
  process.stdout.write(
    `${INPUTS} inputs, 0 crashes, the slowest took ${milliseconds.toFixed(0)} ms (${bytes} bytes)\n`,
  );
});
