import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { canonicalYaml, normalSchematic, schematicId, type Schematic } from '../../scripts/talos/schematic.ts';
import { describeSchematicIds } from '../support/schematic-property.ts';

interface Vector {
  readonly name: string;
  readonly canonicalYaml: string;
  readonly id: string;
  readonly stableAcrossYamlLibs: boolean;
}

/** Made with three releases of the Go YAML library from the field order of image-factory; the ids are known to the factory. */
const { vectors } = JSON.parse(readFileSync(new URL('schematic-vectors.json', import.meta.url), 'utf8')) as {
  readonly vectors: readonly Vector[];
};

/** One of them begins with a blank, which the parser here takes amiss. */
function schematicIn(yaml: string): Schematic {
  if (yaml.includes('|4+')) return { customization: { meta: [{ key: 10, value: '  foo\nbar\n\n' }] } };
  return parse(yaml, { version: '1.2' }) as Schematic;
}

/** What is in one line, of printable ASCII, and written by each release in the same way. */
const isCertain = ({ canonicalYaml: yaml, stableAcrossYamlLibs }: Vector): boolean =>
  stableAcrossYamlLibs && /^[\x20-\x7e\n]*$/.test(yaml) && !/: \|/.test(yaml) && !yaml.includes('\\t');

describe('the id of a schematic', () => {
  const certain = vectors.filter(isCertain);

  test.each(certain)('is that of the factory: $name', ({ canonicalYaml: yaml, id }) => {
    const schematic = schematicIn(yaml);
    expect(canonicalYaml(schematic)).toEqual({ yaml });
    expect(schematicId(schematic)).toEqual({ id });
  });

  test.each(vectors.filter((vector) => !isCertain(vector)))('is not guessed: $name', ({ canonicalYaml: yaml }) => {
    expect(schematicId(schematicIn(yaml))).toHaveProperty('uncertain');
  });

  test('is certain of 60 of the 77 published ones', () => {
    expect([vectors.length, certain.length]).toEqual([77, 60]);
  });
});

const withArgs = (...extraKernelArgs: string[]): Schematic => ({ customization: { extraKernelArgs } });

describe('what is not certain', () => {
  const LINES = 'it has more than one line';
  const OTHERS = 'it has characters other than those of ASCII';
  const DIFFER = 'not every factory writes it the same way';
  const LETTERS = 'its name is more than letters';
  const SCALAR = 'it is neither a text, a whole number, true nor false';
  const overlay = (options: Record<string, unknown>): Schematic => ({ overlay: { image: 'a', name: 'b', options } });

  test.each<[string, Schematic, readonly (string | number)[], string]>([
    ['lines', withArgs('a', 'b\nc'), ['customization', 'extraKernelArgs', 1], LINES],
    ['letters of other scripts', withArgs('é'), ['customization', 'extraKernelArgs', 0], OTHERS],
    ['YAML 1.1', withArgs('On'), ['customization', 'extraKernelArgs', 0], DIFFER],
    ['a date with a time', withArgs('2001-01-01T1'), ['customization', 'extraKernelArgs', 0], DIFFER],
    ['a date of no calendar', withArgs('2001-02-31'), ['customization', 'extraKernelArgs', 0], DIFFER],
    ['marks in a number', withArgs('+_0'), ['customization', 'extraKernelArgs', 0], DIFFER],
    ['a number out of range', withArgs('1e999'), ['customization', 'extraKernelArgs', 0], DIFFER],
    [
      'a value of meta',
      { customization: { meta: [{ key: 1, value: '\t' }] } },
      ['customization', 'meta', 0, 'value'],
      OTHERS,
    ],
    ['the order of options', overlay({ a2: 1, a10: 1 }), ['overlay', 'options', 'a10'], LETTERS],
    ['an option of a mapping', overlay({ a: { b: 1 } }), ['overlay', 'options', 'a'], SCALAR],
    ['a fraction', overlay({ a: 1.5 }), ['overlay', 'options', 'a'], SCALAR],
  ])('%s: says where and why', (_, schematic, path, why) => {
    const found = schematicId(schematic);
    expect('uncertain' in found && found.uncertain[0]).toEqual({ path, why });
  });
});

describe('the normal form', () => {
  test('has extensions sorted, each once, and kernel arguments in their order', () => {
    const written: Schematic = {
      customization: {
        extraKernelArgs: ['b', 'a', 'b'],
        systemExtensions: { officialExtensions: ['siderolabs/zfs', 'siderolabs/drbd', 'siderolabs/zfs'] },
      },
    };
    expect(normalSchematic(written)).toEqual({
      customization: {
        extraKernelArgs: ['b', 'a', 'b'],
        systemExtensions: { officialExtensions: ['siderolabs/drbd', 'siderolabs/zfs'] },
      },
    });
  });

  test('of one without extensions is itself', () => {
    expect(normalSchematic(withArgs('a'))).toEqual(withArgs('a'));
  });
});

describeSchematicIds(20);
