/** Every byte of a sealed file that is protected, changed to every other one; and a hundred thousand other changes. */
import fc from 'fast-check';
import { test } from 'vitest';
import {
  expectRefused,
  expectRefusedOrWhole,
  otherByte,
  OTHER_BYTES,
  protectedOffsets,
  tampered,
} from '../secrets/tampering.ts';

test('each protected byte, each other byte', async () => {
  for (const at of protectedOffsets()) {
    for (let draw = 0; draw < OTHER_BYTES; draw += 3) await expectRefused(at, otherByte(at, draw));
  }
});

test('100,000 changes of all kinds', async () => {
  await fc.assert(fc.asyncProperty(tampered, expectRefusedOrWhole), { numRuns: 100_000 });
});
