import { describe, expect, test } from 'vitest';
import { codes, config, problemsOf, sealText } from '../support.ts';

test('the key of the metadata is reserved', async () => {
  expect(codes(await problemsOf('a: x\nsops: y\n'))).toEqual(['reserved-key']);
  expect(await problemsOf('a:\n  sops: y\n')).toEqual([]);
});

describe('what a selector leaves readable', () => {
  test('all: refused', async () => {
    const problems = await problemsOf('a: x\nb: y\n', { sopsConfig: config(['encrypted_regex: ^c$']) });
    expect(problems).toMatchObject([{ code: 'nothing-encrypted', severity: 'error', file: '.sops.yaml' }]);
  });

  test('some, and no marked secret among it: nothing to say', async () => {
    expect(await problemsOf('a: x\nb: y\nc: [z]\n', { sopsConfig: config(['encrypted_regex: ^a$']) })).toEqual([]);
  });

  test('empty values alone: nothing to say', async () => {
    const sopsConfig = config(['encrypted_regex: ^c$']);
    expect(await problemsOf('a: ""\nb: null\n', { sopsConfig })).toEqual([]);
  });

  test.each(['a: x\nb: "1\\u20282"\n', '"k\\u2029": x\na: y\n'])('line separators: %j', async (text) => {
    const problems = await problemsOf(text, { sopsConfig: config(['encrypted_regex: ^a$']) });
    expect(codes(problems)).toContain('line-separator');
  });
});

test('a comment regex that matches ciphertext is refused', async () => {
  const sopsConfig = config(['unencrypted_comment_regex: E']);
  expect(codes(await problemsOf('# secret\na: x\n', { sopsConfig }))).toEqual(['comment-clash']);
  const fine = config(['unencrypted_comment_regex: ^ public$']);
  expect(await sealText('# public\na: x\n# secret\nb: y\n', { sopsConfig: fine })).toContain('# public\na: x\n');
});
