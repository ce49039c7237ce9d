/** Escaping and parsing are inverse: whatever a value is, a reader of the file sees exactly that value. Run in two lengths. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBack } from '../../scripts/render/parse-back.ts';
import { render } from '../../scripts/render/render.ts';
import type { Model } from '../../scripts/types.ts';

/** Texts that break something somewhere: quotes, interpolation, comments, YAML 1.1 words, line breaks, Unicode forms. */
export const hostile = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({ unit: fc.constantFrom(...'"\'\\$%{}#|>-:,[]&*!?@`~ \n\r\t=<ay'), maxLength: 12 }),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.constantFrom(
    'yes',
    'no',
    'on',
    'null',
    '~',
    'true',
    '1',
    '1.0',
    '0x1F',
    '1e3',
    '2001-01-01',
    '12:30',
    '',
    ' ',
    'é',
    'e\u0301',
    '$${',
    '$$${x}',
    '%%{',
    '${',
    '%{if',
    '<<EOT',
    '---',
    '...',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\u0000',
    '💧',
  ),
);

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
const anyValue = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    hostile,
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
      .map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      hostile.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value;

async function readBack(name: string, template: string, values: object): Promise<unknown> {
  const model = { cluster: values, nodes: [], instances: [] } as unknown as Model;
  const bytes = new TextEncoder().encode(template);
  const result = render(model, [
    { path: name, scope: 'project', kind: null, target: `${name}.njk`, bytes, executable: false, builtIn: true },
  ]);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return parseBack(result.value[0]!);
}

/** HCL strings are Unicode NFC by definition. */
const nfc = (value: unknown): unknown => {
  if (typeof value === 'string') return value.normalize('NFC');
  if (Array.isArray(value)) return value.map(nfc);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.normalize('NFC'), nfc(item)]));
};

/** Declares the properties, each over `numRuns` inputs. */
export function describeEscaping(numRuns: number): void {
  const runs = { numRuns };

  describe('HCL', () => {
    test('any value as a literal', () =>
      fc.assert(
        fc.asyncProperty(anyValue, async (a) => {
          // The reader turns one-element objects and lists alike; what it gives for the value itself is compared.
          expect(nfc(await readBack('t.tfvars', 'x = #{ cluster.a }#\n', { a }))).toEqual({ x: nfc(a) });
        }),
        runs,
      ));

    test('any texts as neighbours within quotes', () =>
      fc.assert(
        fc.asyncProperty(hostile, hostile, hostile, async (a, b, c) => {
          const read = await readBack('t.tfvars', 'x = "#{ cluster.a }##{ cluster.b }#$#{ cluster.c }#"\n', {
            a,
            b,
            c,
          });
          expect(read).toEqual({ x: `${a}${b}$${c}`.normalize('NFC') });
        }),
        runs,
      ));
  });

  describe('YAML', () => {
    test('any value as a literal, in block and flow style, as value and item', () =>
      fc.assert(
        fc.asyncProperty(anyValue, hostile, async (a, b) => {
          const read = await readBack(
            't.yaml',
            'x: #{ cluster.a }#\ny:\n  - #{ cluster.a }#\n  - [#{ cluster.b }#, z]\n"k#{ cluster.b }#": "<#{ cluster.b }#>" # c\n',
            { a, b },
          );
          expect(read).toEqual([{ x: a, y: [a, [b, 'z']], [`k${b}`]: `<${b}>` }]);
        }),
        runs,
      ));

    test('a text of several lines in a block scalar', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc
              .string({ unit: fc.constantFrom(...'ab#:-"\'{} '), minLength: 1, maxLength: 6 })
              .map((line) => `x${line}`),
            { minLength: 1, maxLength: 4 },
          ),
          async (lines) => {
            const a = lines.join('\n');
            expect(await readBack('t.yaml', 'x:\n  - y: |\n      #{ cluster.a | indent(6) }#\nz: 1\n', { a })).toEqual([
              { x: [{ y: `${a}\n` }], z: 1 },
            ]);
          },
        ),
        runs,
      ));
  });

  test('JSON: any value as a literal, any text within a string', () =>
    fc.assert(
      fc.asyncProperty(anyValue, hostile, async (a, b) => {
        expect(
          await readBack('t.json', '{"x": #{ cluster.a }#, "k#{ cluster.b }#": [#{ cluster.b }#]}', { a, b }),
        ).toEqual({ x: a, [`k${b}`]: [b] });
      }),
      runs,
    ));
}
