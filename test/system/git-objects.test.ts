import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectReader } from '../../scripts/system/git-objects.ts';

/** What a reader makes of an output that comes in pieces of this size. */
function read(output: Buffer, size: number): readonly (string | null)[] {
  const objects: (string | null)[] = [];
  const take = objectReader(() => {
    let text = '';
    return {
      piece: (bytes) => (text += Buffer.from(bytes).toString('latin1')),
      end: () => void objects.push(text),
      missing: () => void objects.push(null),
    };
  });
  for (let at = 0; at < output.length; at += size) take(output.subarray(at, at + size));
  return objects;
}

const ID = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4';

test('objects of any bytes come out as they went in, wherever the output is cut', () => {
  const contents = fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')));
  fc.assert(
    fc.property(fc.array(contents), fc.integer({ min: 1, max: 300 }), (objects, size) => {
      const output = objects.map((text) =>
        text === null ? `${ID} missing\n` : `${ID} blob ${text.length}\n${text}\n`,
      );
      expect(read(Buffer.from(output.join(''), 'latin1'), size)).toEqual(objects);
    }),
  );
});
