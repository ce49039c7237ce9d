import { expect, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import { notPassable, variableFault } from '../../../scripts/secrets/guards/variables.ts';
import { artifact } from '../support.ts';

test('what no environment can hold is told at the template, before it is sealed', () => {
  const text = 'fine: x\na-b: x\nnested:\n    a: x\nnothing: null\nnul: "a\\0b"\n';
  expect(notPassable([artifact(text)]).map(({ code, file, line, message }) => [code, file, line, message])).toEqual(
    [
      'a-b cannot be an environment variable: its name has characters that no variable has',
      'nested cannot be an environment variable: it is a list or a mapping',
      'nothing cannot be an environment variable: it is of type null: put it in quotes',
      'nul cannot be an environment variable: it holds a NUL character',
    ].map((message) => ['not-a-variable', 'templates/infrastructure/secrets.sops.yaml.njk', undefined, message]),
  );
});

test('a key that is secret is not named, and what is no YAML is for others to refuse', () => {
  expect(notPassable([{ ...artifact('planted-key: x\n'), secrets: [secret('planted-key')] }])).toEqual([]);
  expect(notPassable([artifact('a: [\n')])).toEqual([]);
});

test('Linux takes 131072 bytes, the name and the NUL behind it included', () => {
  const most = 'x'.repeat(131_072 - 'NAME=\0'.length);
  expect(variableFault('NAME', most)).toBeNull();
  expect(variableFault('NAME', `${most}x`)).toContain('131072');
  expect(variableFault('NAME', 'ü'.repeat(70_000))).toContain('131072');
});
