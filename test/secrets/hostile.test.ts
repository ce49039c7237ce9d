/** Whatever stands in a file: values or problems, never an exception. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { open } from '../../scripts/secrets/open.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import type { Tree } from '../../scripts/secrets/tree/tree.ts';
import { ruleFor } from '../../scripts/secrets/rules/rules.ts';
import { age } from '../../scripts/system/age.ts';
import { hostileString } from './arbitrary.ts';
import { SAMPLE_CLEAR, SAMPLE_SEALED } from './sample.ts';
import { ALICE, changedLines, codes, config, file, openText, PATH, problemsOf, sealText, valueOf } from './support.ts';

const LINES = SAMPLE_SEALED.split('\n');
const OLD = SAMPLE_SEALED.slice(0, 900);

/** Bytes, texts, parts of sealed files put together, halves of one. */
const hostileFile: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.array(hostileString, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(''))),
  fc
    .array(fc.oneof(fc.constantFrom(...LINES), hostileString), { maxLength: 60 })
    .map((lines) => Buffer.from(lines.join('\n'))),
  fc.nat({ max: SAMPLE_SEALED.length }).map((end) => Buffer.from(SAMPLE_SEALED.slice(0, end))),
  fc.tuple(fc.nat({ max: OLD.length }), fc.uint8Array({ maxLength: 8 })).map(([at, bytes]) => {
    return Buffer.concat([Buffer.from(OLD.slice(0, at)), bytes, Buffer.from(OLD.slice(at))]);
  }),
);

describe('no file makes the engine throw', () => {
  test('as one to open', async () => {
    const opens = async (bytes: Buffer) => {
      const { ok, problems } = await open({ path: PATH, bytes }, { identities: [ALICE], age });
      expect(ok || problems.every(({ hint, severity }) => hint !== undefined && severity === 'error')).toBe(true);
    };
    await fc.assert(fc.asyncProperty(hostileFile, opens), { numRuns: 600 });
  });

  test('as one to seal, or one that is there', async () => {
    const seals = async (bytes: Buffer) => {
      const text = bytes.toString('utf8');
      await problemsOf(text);
      expect(
        codes(await problemsOf('a: x\n', {}, text)).filter(
          (code) => !/^sealed-|^not-sealed$|^bad-regex$|^needs-sops$/.test(code),
        ),
      ).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(hostileFile, seals), { numRuns: 300 });
  });

  test('as .sops.yaml', () => {
    const line = fc.constantFrom(
      ...[
        'creation_rules:',
        '  - path_regex: ""',
        '  -',
        '    age:',
        `    age: ${ALICE.recipient}`,
        '    key_groups:',
        'stores:',
      ],
      ...[
        '      - age: [x]',
        '      - merge: [{}]',
        '    <<: *a',
        '    <<: &a {}',
        '    encrypted_regex: (',
        '  yaml: {indent: x}',
      ],
    );
    const text = fc.oneof(
      hostileString,
      fc.array(fc.oneof(line, hostileString), { maxLength: 12 }).map((all) => all.join('\n')),
    );
    const isJudged = (written: string) => {
      const { ok, problems } = ruleFor(PATH, file('.sops.yaml', written), []);
      expect(ok || problems.some(({ severity }) => severity === 'error')).toBe(true);
    };
    fc.assert(fc.property(text, isJudged), { numRuns: 1000 });
  });
});

describe('a huge file', () => {
  const many = Array.from({ length: 130_000 }, (_, index) => index);

  // More than a call takes arguments.
  test('of many values below one key', () => {
    const items = many.map((index) => ({ kind: 'str', text: `v${index}` }) as const);
    const tree: Tree = [{ kind: 'mapping', items: [{ kind: 'entry', key: 'a', value: { kind: 'list', items } }] }];
    expect(emit(tree)).toBe(`a:\n${many.map((index) => `    - v${index}\n`).join('')}`);
  });

  test('of many problems, each told', async () => {
    expect(await problemsOf(many.map((index) => `${index}:\n`).join(''))).toHaveLength(many.length);
  });

  test('of one long value', async () => {
    const long = 'é"\n'.repeat(300_000);
    const [document] = valueOf(await openText(await sealText(`a: ${JSON.stringify(long)}\n`)));
    expect(document?.items[0]).toMatchObject({ key: 'a', value: { kind: 'str', text: long } });
  });
});

describe('a sealed file with the line ends of Windows, as git may check it out', () => {
  const crlf = SAMPLE_SEALED.replaceAll('\n', '\r\n');
  const sopsConfig = config();

  test('opens to the same', async () => {
    expect(valueOf(await openText(crlf))).toEqual(valueOf(await openText(SAMPLE_SEALED)));
  });

  test('stays as it is, and when a value changes only its lines do', async () => {
    const made = await sealText(SAMPLE_CLEAR, { sopsConfig });
    const windows = made.replaceAll('\n', '\r\n');
    expect(await sealText(SAMPLE_CLEAR, { sopsConfig }, windows)).toBe(windows);
    expect(await sealText(SAMPLE_CLEAR.replaceAll('\n', '\r\n'), { sopsConfig }, windows)).toBe(windows);
    const now = await sealText(SAMPLE_CLEAR.replace('hello', 'bye'), { sopsConfig }, windows);
    // git compares without carriage returns.
    const names = changedLines(made, now.replaceAll('\r', '')).map((line) => line.trim().split(':')[0]);
    expect(names).toEqual(['text', 'mac', 'mac']);
  });
});
