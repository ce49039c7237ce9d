/** Files that are almost right: texts that a hand, an editor or a merge has damaged. */
import fc from 'fast-check';

/** What damages a file most: marks of YAML, and values that other programs read otherwise. */
const SCRAPS = [
  ...'\t\n:-?#&*!|>%@`"\'{}[], \0\r\u{feff}\u2028\u0085~',
  '\n  ',
  '\r\n',
  ': ',
  '- ',
  '? ',
  '# ',
  '<<: ',
  '<<: *a\n',
  '&a ',
  '*a',
  '!!str ',
  '!!int ',
  '!x ',
  '---\n',
  '...\n',
  '%YAML 1.1\n---\n',
  '{',
  '[[[[',
  ']]]]',
  '"\\',
  '\\uD83D',
  '"\\uDE00"',
  'null',
  'true',
  'yes',
  '.inf',
  '1e999',
  '0x',
  '-0',
  '12345678901234567890',
  '__proto__: 1\n',
  'constructor: {}\n',
  'toString',
  'nodes',
  'nodes:\n',
  'name',
  '10.0.0.11',
  '/33',
  '0.0.0.0/0',
  'fd00::/64',
  '<x>',
  'changeme ',
  ' # nigari-ignore: edge-blanks x\n',
  '# nigari-ignore: ',
  'x'.repeat(2000),
  '😀',
  '|\n  ',
  '>-\n',
];

/** One damage: at a place of the text (a share of its length), cut so many characters, and put a scrap there. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })),
  put: fc.oneof(fc.constantFrom(...SCRAPS), fc.constant(''), fc.string({ unit: 'binary', maxLength: 8 })),
  /** Puts what was cut twice. */
  repeat: fc.boolean(),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(text: string, { at, cut, put, repeat }: Damage): string {
  const start = Math.floor(at * text.length);
  const taken = text.slice(start, start + cut);
  return text.slice(0, start) + put + (repeat ? taken + taken : '') + text.slice(start + cut);
}

/** One of `texts` after up to six damages; now and then with bytes at its end that are no UTF-8. */
export function damagedFile(texts: readonly string[]): fc.Arbitrary<string | Uint8Array> {
  const text = fc
    .tuple(fc.constantFrom(...texts), fc.array(damage, { maxLength: 6 }))
    .map(([whole, damages]) => damages.reduce(damaged, whole));
  const bytes = fc.tuple(text, fc.uint8Array({ minLength: 1, maxLength: 4 }));
  return fc.oneof(
    { weight: 20, arbitrary: text },
    { weight: 1, arbitrary: bytes.map(([start, end]) => Buffer.concat([Buffer.from(start), end])) },
  );
}
