/**
 * A sealed file that was changed by someone without its key: refused, or without effect on any value.
 *
 * What the format does not cover, and real sops does not see either: see the second half. Nor can it tell who sealed a
 * file: whoever knows a public key can seal another one for it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_SEALED } from './sample.ts';
import { codes, config, openText, sealText, SOPS, sops, treeOf, valueOf } from './support.ts';
import {
  expectRefused,
  expectRefusedOrWhole,
  otherByte,
  protectedIn,
  protectedOffsets,
  SEALED,
  tampered,
} from './tampering.ts';

describe('tampering is refused', () => {
  test('with each byte of a value, its IV, tag, type and keys, the time, the MAC, the selector, our age block', async () => {
    const offsets = protectedOffsets();
    expect(offsets.length).toBeGreaterThan(1200);
    for (const [draw, at] of offsets.entries()) await expectRefused(at, otherByte(at, draw * 7));
  });

  test('or without effect, whatever is changed', async () => {
    await fc.assert(fc.asyncProperty(tampered, expectRefusedOrWhole), { numRuns: 500 });
  });

  test.each([
    ['a key above a value', SAMPLE_SEALED.replace('\ntext: ', '\ntxet: ')],
    [
      'a value moved to another key',
      SAMPLE_SEALED.replace(/^text: (.*)\n([^]*)^number: (.*) #/m, 'text: $3\n$2number: $1 #'),
    ],
    ['a value removed', SAMPLE_SEALED.replace(/^float: .*\n/m, '')],
    ['a document removed', SAMPLE_SEALED.slice(0, SAMPLE_SEALED.indexOf('---\nsecond'))],
    ['a value in clear changed', SAMPLE_SEALED.replace('stays', 'stay')],
    [
      'a value in clear added',
      SAMPLE_SEALED.replace('    clear_unencrypted', '    x_unencrypted: y\n    clear_unencrypted'),
    ],
    ['items of a list swapped', SAMPLE_SEALED.replace(/( {4}- ENC.*\n)( {4}- ENC.*\n)( {4}- ENC.*\n)/, '$3$2$1')],
    ['a comment changed', SAMPLE_SEALED.replace('#ENC[AES256_GCM,data:7', '#ENC[AES256_GCM,data:8')],
    ['a type changed to one that does not fit', SAMPLE_SEALED.replace('type:str]', 'type:int]')],
    ['the metadata of another document', SAMPLE_SEALED.replace(/version: 3.13.3\n$/, 'version: 3.13.2\n')],
    ['an unknown type', SAMPLE_SEALED.replace('type:str]', 'type:txt]')],
    ['a type that every object has', SAMPLE_SEALED.replace('type:str]', 'type:constructor]')],
    ['the selector changed', SAMPLE_SEALED.replaceAll('unencrypted_suffix: _unencrypted', 'unencrypted_suffix: xt')],
    [
      'the scope of the MAC changed',
      SAMPLE_SEALED.replaceAll('    unencrypted_suffix', '    mac_only_encrypted: true\n    unencrypted_suffix'),
    ],
  ])('%s', async (_what, text) => {
    expect(text).not.toBe(SAMPLE_SEALED);
    expect(codes((await openText(text)).problems)).toContain('sealed-damaged');
  });
});

/** `sops decrypt` takes them too: it is the format that does not cover them. None changes the text of a value. */
describe('what the format does not cover is without effect on the values', () => {
  test.each([
    ['a comment in clear, added', (text) => text.replace('number:', '# forged\nnumber:')],
    ['a comment, removed', (text) => text.replace(/^#ENC.*\n/, '')],
    ['a key of nothing, renamed', (text) => text.replace('nothing: null', 'nobody: null')],
    ['a key of nothing, added', (text) => text.replace('number:', 'other: null\nnumber:')],
    ['a key of an empty text, renamed', (text) => text.replace('empty: ""', 'hollow: ""')],
    ['an empty mapping, added', (text) => text.replace('number:', 'other: {}\nnumber:')],
    ['the key of a value in clear', (text) => text.replace('open_clear', 'opened_clear')],
    ['a value that becomes a list of it', (text) => text.replace(/^text: (.*)$/m, 'text:\n    - $1')],
    [
      'a key with a colon that becomes two',
      (text) => text.replace(/^ {4}a:b:\n {8}c:/m, '    a:\n        b:\n            c:'),
    ],
    ['a document that becomes two', (text) => text.replace(/^deep:[^]*?(?=^sops:)([^]*)/m, '$1---\n$&')],
    ['the type, where the text reads as both', (text) => text.replace(/(truth: .*)type:bool/, '$1type:str')],
    ['how it is written', (text) => text.replace(/^text: (.*)$/m, "'text':   '$1'   ")],
    ['the name of a recipient', (text) => text.replace(/(recipient: age1).*/, '$1nobody')],
    [
      'the block of another recipient',
      (text) => text.replace(/( +- enc: \|\n(?: {12}.*\n)+ +recipient: .*\n)( +- enc: [^]*?recipient: .*\n)/, '$1'),
    ],
    ['the version', (text) => text.replace(/version: .*/, 'version: 3.7.1')],
  ] as const satisfies readonly (readonly [string, (text: string) => string])[])('%s', async (_what, change) => {
    const changed = change(SEALED);
    expect(changed).not.toBe(SEALED);
    expect(protectedIn(valueOf(await openText(changed)))).toEqual(protectedIn(valueOf(await openText(SEALED))));
    if (SOPS) sops(['decrypt'], changed);
  });
});

/** All of them with the blessing of `sops decrypt`. They are why what is secret should not stay in clear. */
describe('what the format lets pass although it changes a value', () => {
  test('where one value in clear ends and the next begins', async () => {
    const sealed = await sealText('a_clear: one\nb_clear: two\nc: x\n', {
      sopsConfig: config(['unencrypted_suffix: _clear']),
    });
    const changed = sealed.replace('one', 'on').replace('two', 'etwo');
    expect(valueOf(await openText(changed))).toEqual(treeOf('a_clear: on\nb_clear: etwo\nc: x\n'));
    if (SOPS) sops(['decrypt'], changed);
  });

  test('any value in clear, where the rule says mac_only_encrypted', async () => {
    const sopsConfig = config(['unencrypted_suffix: _clear', 'mac_only_encrypted: true']);
    const changed = (await sealText('a_clear: one\nc: x\n', { sopsConfig })).replace('one', 'two');
    expect(valueOf(await openText(changed))).toEqual(treeOf('a_clear: two\nc: x\n'));
    if (SOPS) sops(['decrypt'], changed);
  });
});
