import { describe, expect, test } from 'vitest';
import { LAYOUT_VERSION, readMetadata, writeMetadata, type Metadata } from '../../../scripts/secrets/sops/metadata.ts';
import { valueOf as valueIn, type Mapping } from '../../../scripts/secrets/tree/tree.ts';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { treeOf, valueOf } from '../support.ts';

const METADATA: Metadata = {
  blocks: [{ recipient: 'age1x', enc: 'block\n' }],
  selector: { kind: 'unencrypted_suffix', text: '_clear' },
  macOnlyEncrypted: false,
  lastModified: '2026-01-02T03:04:05Z',
  mac: 'ENC[new]',
};

function mappingOf(text: string): Mapping {
  return treeOf(text)[0] ?? { kind: 'mapping', items: [] };
}

/** As sops ≤ 3.9.4 writes it. */
const OLDEST = `kms: []
gcp_kms: []
azure_kv: []
hc_vault: []
age:
    - recipient: age1x
      enc: |
        block
lastmodified: "2024-01-02T03:04:05Z"
mac: ENC[old]
pgp: []
unencrypted_suffix: _clear
version: 3.9.4
`;

describe('writing', () => {
  test('a new file has the order of sops 3.13', () => {
    const written = emit([writeMetadata({ ...METADATA, macOnlyEncrypted: true }, null)]);
    expect(written).toBe(`age:
    - enc: |
        block
      recipient: age1x
lastmodified: "2026-01-02T03:04:05Z"
mac: ENC[new]
mac_only_encrypted: true
unencrypted_suffix: _clear
version: ${LAYOUT_VERSION}
`);
  });

  test('a file keeps its order, its version and what we do not know', () => {
    const written = emit([writeMetadata(METADATA, mappingOf(`${OLDEST}own: x\n`))]);
    expect(written).toBe(`${OLDEST.replace('2024', '2026').replace('old', 'new')}own: x\n`);
  });

  test('a new selector takes the place of its kind', () => {
    const selector = { kind: 'encrypted_regex', text: 'x' } as const;
    const changed: Metadata = { ...METADATA, selector, macOnlyEncrypted: true };
    const keys = (text: string) =>
      writeMetadata(changed, mappingOf(text)).items.map((item) => item.kind === 'entry' && item.key);
    expect(keys(OLDEST).slice(-5)).toEqual(['mac', 'pgp', 'encrypted_regex', 'mac_only_encrypted', 'version']);
    const sorted = emit([writeMetadata(METADATA, null)]);
    expect(keys(sorted)).toEqual(['age', 'encrypted_regex', 'lastmodified', 'mac', 'mac_only_encrypted', 'version']);
  });
});

describe('reading', () => {
  test('what was written', () => {
    const raw = writeMetadata(METADATA, null);
    expect(valueOf(readMetadata(raw, {}))).toEqual({ ...METADATA, raw, foreign: [] });
  });

  test('the oldest layout; empty lists are nothing', () => {
    const { blocks, foreign, macOnlyEncrypted } = valueOf(readMetadata(mappingOf(OLDEST), {}));
    expect({ blocks, foreign, macOnlyEncrypted }).toEqual({
      blocks: [{ recipient: 'age1x', enc: 'block\n' }],
      foreign: [],
      macOnlyEncrypted: false,
    });
  });

  test('keys that only sops can use are named', () => {
    const text = OLDEST.replace('kms: []', 'kms:\n    - arn: x').replace('pgp: []', 'pgp:\n    - fp: x');
    expect(valueOf(readMetadata(mappingOf(text), {})).foreign).toEqual(['pgp', 'kms']);
  });

  test.each([
    ['2026-01-02T03:04:05.9Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T03:04:05+02:00'],
  ])('time %s counts as %s for the MAC', (text, time) => {
    expect(valueOf(readMetadata(mappingOf(OLDEST.replace('2024-01-02T03:04:05Z', text)), {})).lastModified).toBe(time);
  });

  test('no selector is the default', () => {
    const raw = mappingOf(OLDEST.replace('unencrypted_suffix: _clear\n', ''));
    expect(valueOf(readMetadata(raw, {})).selector).toEqual({ kind: 'unencrypted_suffix', text: '_unencrypted' });
    expect(valueIn(raw, 'unencrypted_suffix')).toBeNull();
  });

  test.each([
    ['two selectors', OLDEST.replace('pgp: []', 'encrypted_regex: x'), 'sealed-damaged'],
    ['no time', OLDEST.replace('2024-01-02', 'yesterday'), 'sealed-damaged'],
    ['nobody', OLDEST.replace('age:', 'egg:'), 'sealed-damaged'],
    ['a day for a time', OLDEST.replace('T03:04:05Z', ''), 'sealed-damaged'],
    ['a time in a form of YAML', OLDEST.replace('02T03', '02t3'), 'sealed-damaged'],
    ['no mac', OLDEST.replace('mac: ENC[old]\n', ''), 'sealed-damaged'],
    ['a block without its recipient', OLDEST.replace('recipient: age1x', 'x: y'), 'sealed-damaged'],
    [
      'a regex that RE2 does not know',
      OLDEST.replace('unencrypted_suffix: _clear', 'encrypted_regex: ^(?!x)'),
      'bad-regex',
    ],
  ])('%s is refused', (_what, text, code) => {
    expect(readMetadata(mappingOf(text), { file: 'x.yaml', line: 7 }).problems).toMatchObject([
      { code, file: 'x.yaml', line: 7 },
    ]);
  });
});
