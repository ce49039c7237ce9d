/** What counts as a secret in clear in a file, and what does not. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import type { Problem } from '../../scripts/problem.ts';
import { clearTexts } from '../../scripts/secrets/leaks/credentials.ts';
import type { Knowledge } from '../../scripts/secrets/leaks/knowledge.ts';
import { leakFinder } from '../../scripts/secrets/leaks/leaks.ts';
import { sealedSecrets } from '../../scripts/secrets/leaks/known.ts';
import { reveal } from '../../scripts/config/secret.ts';
import { age } from '../../scripts/system/age.ts';
import { readText } from '../support/input.ts';
import { SAMPLE_KEY, SAMPLE_RECIPIENT } from './sample.ts';
import { ALICE, codes, file, SOPS, sealText, sops, valueOf } from './support.ts';

const NOTHING: Knowledge = { secrets: [], open: new Set(), files: new Map() };

/** @param at where the bytes are cut in two */
function leaks(path: string, content: string | Buffer, knowledge = NOTHING, at = 0, isFixture = false) {
  const { feed, end } = leakFinder(knowledge)({ path, isFixture });
  const bytes = Buffer.from(content);
  feed(bytes.subarray(0, at));
  feed(bytes.subarray(at));
  return end();
}

const knows = (values: Readonly<Record<string, string>>, open: readonly string[] = []): Knowledge => ({
  secrets: Object.entries(values).map(([name, value]) => ({ name, value: secret(value) })),
  open: new Set(open),
  files: new Map(),
});

const places = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('by name', () => {
  test.each([
    'age.key',
    'sub/age.key',
    'infrastructure/tofu/terraform.tfstate',
    '../terraform.tfstate.backup',
    'tfplan',
    'a b.tfplan',
    'kubeconfig',
    'talosconfig',
    'crash.log',
    'crash.2026.log',
    'infrastructure/tofu/.terraform/providers/x',
  ])('%s is refused', (path) => {
    expect(codes(leaks(path, ''))).toEqual(['secret-file']);
  });

  test.each(['age.key.md', 'cage.key', 'tfplan.md', 'kubeconfig.njk', 'terraform/x', 'crash.md', 'tfstate.md', ''])(
    '%j is not',
    (path) => expect(leaks(path, '')).toEqual([]),
  );
});

describe('sealed files', () => {
  const CLEAR = 'a: planted\nb:\n    c: 5\n    d: null\n    e: ""\nf_unencrypted: open\n';

  test('a sealed one is fine, by nigari or by sops', async () => {
    expect(leaks('x.sops.yaml', await sealText(CLEAR))).toEqual([]);
  });

  test.each(['x.sops.yaml', 'x.sops.yml', 'x.sops.json', 'x.sops.env', 'x.sops.ini', 'a/x.sops.bin'])(
    '%s in clear',
    (path) => expect(codes(leaks(path, '{"a": "planted"}'))).toEqual(['not-sealed']),
  );

  test.each(['.sops.yaml', 'a/.sops.yaml', 'x.sops.yaml.njk', 'sops.yaml', 'x.yaml'])(
    '%s need not be sealed',
    (path) => {
      expect(leaks(path, CLEAR)).toEqual([]);
    },
  );

  test('an empty one says nothing', () => {
    expect(codes(leaks('x.sops.yaml', ''))).toEqual(['not-sealed']);
  });

  test.each([
    ['a text', /^a: .*/m, 'a: planted', '1:4'],
    ['a number', /^ {4}c: .*/m, '    c: 5', '3:8'],
    ['a new key', /^b:/m, 'new: planted\nb:', '2:6'],
    ['something that only looks encrypted', /^a: .*/m, 'a: ENC[AES256_GCM,data:planted]', '1:4'],
  ])('%s that was pasted in', async (_, from, to, place) => {
    const sealed = await sealText(CLEAR);
    expect(places(leaks('x.sops.yaml', sealed.replace(from, to)))).toEqual([`value-in-clear ${place}`]);
  });

  test('what its own rule leaves open may be open', async () => {
    const sealed = await sealText(CLEAR);
    expect(leaks('x.sops.yaml', sealed.replace('f_unencrypted: open', 'f_unencrypted: other'))).toEqual([]);
  });

  test('without its metadata, or in conflict, nobody can tell', async () => {
    const sealed = await sealText(CLEAR);
    expect(codes(leaks('x.sops.yaml', sealed.replace('sops:', 'spos:')))).toEqual(['sealed-damaged']);
    const conflict = `<<<<<<< ours\n${sealed}=======\n${sealed}>>>>>>> theirs\n`;
    expect(codes(leaks('x.sops.yaml', conflict))).toEqual(['sealed-damaged']);
  });

  test.skipIf(!SOPS)('what the real sops makes of other formats', () => {
    const by = (type: string, text: string): string =>
      sops(['encrypt', '--age', SAMPLE_RECIPIENT, '--input-type', type, '--output-type', type], text);
    const json = by('json', '{"a": {"b": "planted"}, "n": 5}');
    expect(leaks('x.sops.json', json)).toEqual([]);
    expect(codes(leaks('x.sops.json', json.replace(/"n": "[^"]*"/, '"n": 5')))).toEqual(['value-in-clear']);
    expect(leaks('x.sops.env', by('dotenv', 'A=planted\n'))).toEqual([]);
    expect(leaks('x.sops.ini', by('ini', '[a]\nb = planted\n'))).toEqual([]);
    expect(leaks('x.sops.bin', by('binary', 'planted'))).toEqual([]);
  });
});

describe('credentials in cluster.yaml', () => {
  const found = (text: string, knowledge?: Knowledge) => places(leaks('cluster.yaml', text, knowledge));

  test.each([
    ['a literal', 'tfstate_password: planted\n', '1:19'],
    ['in quotes', '"tfstate_password": "planted"\n', '1:21'],
    ['in a flow', '{a: 1, tfstate_password: planted}\n', '1:26'],
    ['a number', 'tfstate_password: 12345678\n', '1:19'],
    ['on the next line', 'tfstate_password:\n  planted\n', '2:3'],
    ['in a block', 'tfstate_password: |-\n  planted\n', '1:19'],
    ['by an alias', 'a: &x planted\ntfstate_password: *x\n', '1:7'],
    ['deeper', 'targets:\n  - proxmox_api_token_secret: planted\n', '2:31'],
    ['in a file that is no YAML', 'a: [\ntfstate_password: planted\n', '2:19'],
    ['beside a key that stands twice', 'a: 1\na: 2\ntfstate_password: "planted" \n', '3:19'],
    ['behind a byte order mark', '\ufefftfstate_password: planted\n', '1:19'],
    ['with line breaks of Windows', 'a: 1\r\ntfstate_password: planted\r\n', '2:19'],
  ])('%s', (_, text, place) => {
    expect(found(text)).toEqual([`credential-in-clear ${place}`]);
    expect(places(leaks('sub/cluster.yaml', text))).toEqual(found(text));
    expect(leaks('other.yaml', text)).toEqual([]);
  });

  test.each([
    ['none', 'node_cidr: 10.0.0.0/24\n'],
    ['a reference', 'tfstate_password: secret://tfstate\n'],
    ['a reference in a file that is no YAML', 'a: [\ntfstate_password: secret://x\n'],
    ['nothing behind the key', 'tfstate_password:\n'],
    ['a placeholder', 'tfstate_password: <your password>\n'],
    ['a comment', '# tfstate_password: planted\n'],
    ['a comment in a file that is no YAML', 'a: [\n# tfstate_password: planted\n'],
  ])('fine: %s', (_, text) => expect(found(text)).toEqual([]));

  test('what the example says is no secret', () => {
    expect(found('tfstate_password: from-the-example\n', knows({}, ['from-the-example']))).toEqual([]);
  });

  test('one that is known by value too is told once', () => {
    expect(found('tfstate_password: planted-value\n', knows({ tfstate_password: 'planted-value' }))).toEqual([
      'credential-in-clear 1:19',
    ]);
  });
});

test('what the settings of the providers name as keeping secrets', () => {
  const settings =
    'secrets:\n  env: {file: ./.env}\n  ansible-vault:\n    file: a/vault.yml\n    password_file: .pass\n';
  const knowledge = { ...NOTHING, files: new Map(clearTexts(file('cluster.yaml', settings)).files) };
  const found = (path: string, text: string) => codes(leaks(path, text, knowledge));
  expect(found('.env', 'A=1\n')).toEqual(['secret-file']);
  expect(found('.pass', 'x\n')).toEqual(['secret-file']);
  expect(found('a/vault.yml', 'a: planted\n')).toEqual(['vault-in-clear']);
  expect(found('a/vault.yml', '$ANSIBLE_VAULT;1.1;AES256\n3031\n')).toEqual([]);
  expect(found('a/vault.yml', 'a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3031\n')).toEqual([]);
  for (const path of ['sub/.env', 'vault.yml']) expect(found(path, 'a: planted\n')).toEqual([]);
});

describe('states and plans', () => {
  const STATE = '{\n  "version": 4,\n  "terraform_version": "1.12.6",\n  "serial": 1,\n  "lineage": "x"\n}\n';

  test.each([
    ['a state', STATE],
    ['a state shown as JSON', '{"format_version":"1.0","terraform_version":"1.12.6","values":{}}'],
    ['a plan shown as JSON', '{"format_version":"1.2","terraform_version":"1.12.6","planned_values":{}}'],
    ['a plan', Buffer.from(`PK\x03\x04${'\0'.repeat(26)}tfplan`, 'latin1')],
  ])('%s under any name', (_, content) => {
    expect(codes(leaks('notes.txt', content))).toEqual(['state-in-clear']);
  });

  test.each([
    ['an encrypted state', '{"serial":1,"lineage":"x","meta":{},"encrypted_data":"x","encryption_version":"v0"}'],
    ['text about states', `a state looks like this:\n${STATE}`],
    ['another archive', Buffer.from(`PK\x03\x04${'\0'.repeat(26)}readme`, 'latin1')],
    ['other JSON', '{"version": 4, "serial": 1}'],
  ])('fine: %s', (_, content) => expect(leaks('notes.txt', content)).toEqual([]));
});

describe('key material', () => {
  const pem = (type: 'rsa' | 'ed25519' | 'ec'): string => {
    const options = { modulusLength: 2048, namedCurve: 'P-256' };
    const { privateKey } = generateKeyPairSync(type as 'rsa', options);
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };
  const ED = pem('ed25519');
  const TALOS = ED.replaceAll('PRIVATE KEY', 'ED25519 PRIVATE KEY');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  test.each([
    ['an age key', `x\n  key: ${SAMPLE_KEY}\n`, '2:8'],
    ['a post-quantum age key', `AGE-SECRET-KEY-PQ-1${'QPZRY9X8'.repeat(8)}`, '1:1'],
    ['an age key that is cut', SAMPLE_KEY.slice(0, 40), '1:1'],
    ['RSA', pem('rsa'), '1:1'],
    ['EC', pem('ec').replaceAll('PRIVATE', 'EC PRIVATE'), '1:1'],
    ['Ed25519, as Talos writes it', TALOS, '1:1'],
    ['in a block of YAML', `a: |\n${ED.replace(/^/gm, '    ')}`, '2:5'],
    ['in JSON', JSON.stringify({ key: ED }), '1:9'],
    ['with headers', ED.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,01\n\n'), '1:1'],
    ['a kubeconfig', `users:\n- user:\n    client-key-data: ${base64(pem('rsa'))}\n`, '3:22'],
    ['a talosconfig', `contexts:\n  a:\n    key: ${base64(TALOS)}\n`, '3:10'],
  ])('%s', (_, text, place) => {
    expect(places(leaks('any.txt', text))).toEqual([`private-key-in-clear ${place}`]);
  });

  test.each([
    ['words about them', 'A key starts with AGE-SECRET-KEY-1 or `-----BEGIN PRIVATE KEY-----`, then come its digits.'],
    [
      'code that looks for them',
      "if (text.startsWith('AGE-SECRET-KEY-')) throw new Error('-----BEGIN RSA PRIVATE KEY-----');",
    ],
    ['a certificate', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\n-----END CERTIFICATE-----\n`],
    ['a certificate in base64', base64(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\n`)],
    ['a public key', ED.replaceAll('PRIVATE', 'PUBLIC')],
    [
      'what is sealed by age',
      `-----BEGIN AGE ENCRYPTED FILE-----\n${'A'.repeat(64)}\n-----END AGE ENCRYPTED FILE-----\n`,
    ],
    ['a public age key', SAMPLE_RECIPIENT],
  ])('fine: %s', (_, text) => expect(leaks('any.txt', text)).toEqual([]));
});

describe('secrets that are known by value', () => {
  const VALUE = 'p4$s "w<ö>rd&/+x=${y}';
  const KNOWN = knows({ tfstate_password: VALUE });

  test.each([
    ['as it is', VALUE],
    ['in JSON', JSON.stringify(VALUE)],
    ['in a URL', `https://x:${encodeURIComponent(VALUE)}@example.com`],
    ['in base64', Buffer.from(VALUE).toString('base64')],
    ['in the header of basic authentication', Buffer.from(`terraform:${VALUE}`).toString('base64')],
  ])('%s', (_, text) => {
    const [problem, ...others] = leaks('README.md', `one\ntwo ${text}\n`, KNOWN);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'known-secret-in-clear', file: 'README.md', line: 2 });
    expect(problem?.message).toBe('the value of tfstate_password stands here');
  });

  test('fixtures may look like secrets, but not hold one', () => {
    const text = `${SAMPLE_KEY}\n${VALUE}\n`;
    expect(places(leaks('test/age.key', text, KNOWN, 0, true))).toEqual(['known-secret-in-clear 2:1']);
  });

  test.each<[string, Knowledge]>([
    ['too short', knows({ a: 'short' })],
    ['blank', knows({ a: '              ' })],
    ['also the value of an open key', knows({ a: 'kubernetes' }, ['kubernetes'])],
    ['the name of an account', knows({ tfstate_username: 'kubernetes' })],
  ])('not looked for: %s', (_, knowledge) => {
    expect(leaks('x', `short              kubernetes`, knowledge)).toEqual([]);
  });

  test('of a secret with several lines the telling ones count, each for itself', () => {
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
    const knowledge = knows({ a: `-----BEGIN CERTIFICATE-----\n${line}\n"type": "service_account",\n` });
    expect(places(leaks('x', `a: |\n    ${line}\n`, knowledge))).toEqual(['known-secret-in-clear 2:5']);
    expect(leaks('x', '-----BEGIN CERTIFICATE-----\n"type": "service_account",\n', knowledge)).toEqual([]);
  });

  test('wherever it stands, and wherever the bytes are cut', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
    const lines = fc.array(line, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lines, line, fc.nat(), fc.nat(), (before, start, chosen, cut) => {
        const index = chosen % before.length;
        const all = before.map((text, at) => (at === index ? `${start}${VALUE}${text}` : text));
        const text = all.join('\n');
        const found = leaks('x', text, KNOWN, cut % (Buffer.byteLength(text) + 1));
        expect(places(found)).toEqual([`known-secret-in-clear ${index + 1}:${utf16(start) + 1}`]);
      }),
    );
  });
});

/** How many units a text has once it was UTF-8: what is no character became one. */
const utf16 = (text: string): number => Buffer.from(text).toString().length;

describe('files larger than what is held at once', () => {
  const VALUE = 'planted-value-of-a-secret';
  const MIB = 1 << 20;

  test.each([0, 8 * MIB - 10, 8 * MIB, 9 * MIB, 20 * MIB - VALUE.length])('found at %d', (at) => {
    const bytes = Buffer.alloc(20 * MIB, 'abcdefg\n');
    bytes.write(VALUE, at);
    const { feed, end } = leakFinder(knows({ a: VALUE }))({ path: 'x', isFixture: false });
    for (let from = 0; from < bytes.length; from += 65_536) feed(bytes.subarray(from, from + 65_536));
    expect(places(end())).toEqual([`known-secret-in-clear ${Math.floor(at / 8) + 1}:${(at % 8) + 1}`]);
  });

  test('in one line, the column goes on', () => {
    const bytes = Buffer.alloc(20 * MIB, 'x');
    bytes.write(VALUE, 19 * MIB);
    expect(places(leaks('x', bytes, knows({ a: VALUE }), 10 * MIB))).toEqual([
      `known-secret-in-clear 1:${19 * MIB + 1}`,
    ]);
  });

  test('a file full of secrets ends', () => {
    const problems = leaks('x', `${VALUE}\n`.repeat(MIB), knows({ a: VALUE }));
    expect(problems.length).toBeLessThanOrEqual(100);
    expect(problems.length).toBeGreaterThan(50);
  });
});

test('no problem holds any part of what was found', async () => {
  const planted = 'planted-secret-value';
  const all = [
    ...leaks('x.sops.yaml', `a: ${planted}\n`),
    ...leaks('x.sops.yaml', (await sealText('a: x\n')).replace(/^a: .*/m, `a: ${planted}`)),
    ...leaks('cluster.yaml', `tfstate_password: ${planted}\n`),
    ...leaks('cluster.yaml', `tfstate_password: [${planted}\n`),
    ...leaks('x', planted, knows({ a: planted })),
  ];
  expect(all).toHaveLength(5);
  expect(JSON.stringify(all)).not.toContain('planted');
});

test('what a sealed file encrypts is known where a key opens it', async () => {
  const sealed = file('x.sops.yaml', await sealText('a: one\nb:\n  - c: two\nd_unencrypted: three\n'));
  const secrets = valueOf(await sealedSecrets(sealed, { identities: [ALICE], age }));
  expect(secrets?.map(({ name, value }) => [name, reveal(value)])).toEqual([
    ['a', 'one'],
    ['b.c', 'two'],
  ]);
  expect(valueOf(await sealedSecrets(sealed, { identities: [], age }))).toBeNull();
});

test('nothing in the files that nigari itself brings', () => {
  const listed = execFileSync('git', ['ls-files', '-z', '--', ':!test'], { encoding: 'utf8' });
  const paths = listed.split('\0').filter((path) => path !== '' && !path.endsWith('.png'));
  expect(paths.length).toBeGreaterThan(100);
  const texts = paths.map((path) => [path, readText(path)] as const);
  const example = new Set(['terraform@pve!nigari', '00000000-0000-0000-0000-000000000000']);
  expect(texts.flatMap(([path, text]) => leaks(path, text, { ...NOTHING, open: example }))).toEqual([]);
});
