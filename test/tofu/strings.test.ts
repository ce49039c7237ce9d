/** Strings of the user's, rendered into HCL where a value can stand, and read by the real OpenTofu: they come out as they were. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { verify } from '../../scripts/render/verify.ts';
import type { Template } from '../../scripts/types.ts';
import { temporaryFolder } from '../support/copy.ts';
import { renderModel, writeArtifacts } from '../support/render.ts';
import { realTool } from '../support/tools.ts';
import { tofu } from '../support/tofu.ts';

/** What has broken a generator somewhere. */
const KNOWN = [
  '',
  ' ',
  '"',
  '\\',
  '\\"',
  '""',
  '\n',
  '\r\n',
  '\t',
  'a\nb\n',
  '\u0000',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ufeff',
  '$',
  '%',
  '{',
  '}',
  '${',
  '%{',
  '$${',
  '%%{',
  '$$${',
  '%%%{',
  '${var.x}',
  '%{ if true }',
  '$${a}',
  '{a}',
  '}${',
  '$%{',
  '%${',
  '\\${',
  '\\$\\{',
  '#',
  '//',
  '/*',
  '*/',
  '# x',
  '<<EOT',
  'EOT',
  '\nEOT\n',
  "'",
  '`',
  '#{ x }#',
  '#% x %#',
  '{{ x }}',
  '|',
  'true',
  'null',
  '~',
  'yes',
  '0x10',
  '1e3',
  '.5',
  '2001-01-01',
  '-',
  '---',
  '...',
  '&a',
  '*a',
  '!t',
  '@',
  ': ',
  ' #',
  'é',
  'e\u0301',
  '\u0338',
  'Å',
  '한국어',
  '日本語',
  '👩‍👩‍👧',
  '\u{10ffff}',
  '\ufffd',
  'ﬁ',
  '\u202e',
];

/** Characters that mean something, mixed with any; the seed makes the same strings in every run. */
const GENERATED = fc.sample(
  fc.string({
    unit: fc.oneof(fc.constantFrom(...'$%{}"\\\n#<>/*~-'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
    maxLength: 24,
  }),
  { numRuns: 300, seed: 20_261_121 },
);

const STRINGS = [...KNOWN, ...GENERATED];

/** Each string as a value, in a list, as a key, inside quotes, and between text that could join it to an interpolation. */
const TEMPLATE = `
output "values" {
  value = #{ cluster.vars.strings }#
}

output "objects" {
  value = [
#% for text in cluster.vars.strings %#
    { text = #{ text }#, #{ text }# = 1 },
#% endfor %#
  ]
}

output "fragments" {
  value = [
#% for text in cluster.vars.strings %#
    "<#{ text }#>",
    "$-#{ text }#-{}",
    "\${1 + 1}#{ text }#%%{",
#% endfor %#
  ]
}
`;

const template: Template = {
  path: 'templates/project/strings/outputs.tf.njk',
  scope: 'project',
  kind: null,
  target: 'strings/outputs.tf.njk',
  bytes: new TextEncoder().encode(TEMPLATE),
  executable: false,
  builtIn: false,
};

/** OpenTofu reads every string in NFC. */
const nfc = (text: string): string => text.normalize('NFC');

describe.skipIf(!realTool('tofu'))('strings in HCL', () => {
  test('are what they were, for the real OpenTofu', async () => {
    const cluster = { node_cidr: '10.0.0.0/24', cluster_api_addr: '10.0.0.10', vars: { strings: STRINGS } };
    const { model } = derive({ cluster, nodes: [{ name: 'cp-1', address: '10.0.0.11', controller: true }] });
    const { artifacts } = await renderModel(model, [template]);
    expect(await verify(artifacts, model)).toEqual([]);
    const { values, objects, fragments } = await outputs(artifacts);
    expect(values).toEqual(STRINGS.map(nfc));
    expect(objects).toEqual(STRINGS.map((text) => ({ text: nfc(text), [nfc(text)]: 1 })));
    expect(fragments).toEqual(STRINGS.flatMap((text) => [`<${text}>`, `$-${text}-{}`, `2${text}%{`].map(nfc)));
  });
});

async function outputs(
  artifacts: Awaited<ReturnType<typeof renderModel>>['artifacts'],
): Promise<Readonly<Record<string, unknown>>> {
  const folder = await temporaryFolder();
  await writeArtifacts(folder, 'strings', artifacts);
  await tofu(folder, 'apply', '-auto-approve', '-input=false', '-no-color');
  const printed = JSON.parse(await tofu(folder, 'output', '-json')) as Readonly<Record<string, { value: unknown }>>;
  return Object.fromEntries(Object.entries(printed).map(([name, { value }]) => [name, value]));
}
