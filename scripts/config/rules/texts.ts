/** Texts that cannot be written, or cannot be read again. */
import { SECRET_KEYS, type InputPath, type SecretKey } from '../../types.ts';
import { formatPath } from '../path.ts';
import { CLUSTER_FILE, NODES_FILE, type Finding, type RuleInput } from './rule.ts';

/** Half of a surrogate pair is no character: UTF-8 has no form for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export function* textsAndKeysAreUnicode({ cluster, nodes }: RuleInput): Generator<Finding> {
  yield* loneSurrogates(cluster, [CLUSTER_FILE]);
  for (const [index, node] of nodes.entries()) yield* loneSurrogates(node, [NODES_FILE, 'nodes', index]);
}

function* loneSurrogates(value: unknown, path: InputPath): Generator<Finding> {
  const [, ...inside] = path;
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) yield loneSurrogate(path, `${formatPath(inside)} holds`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const at: InputPath = [...path, Array.isArray(value) ? Number(key) : key];
    if (LONE_SURROGATE.test(key)) yield loneSurrogate(at, 'this key holds');
    yield* loneSurrogates(item, at);
  }
}

const loneSurrogate = (path: InputPath, holds: string): Finding => ({
  path,
  message: `${holds} half of a surrogate pair, which no file can hold`,
  hint: 'write the character itself, or \\U and eight hexadecimal digits in double quotes',
});

export function* secretsHoldNoNul(input: RuleInput): Generator<Finding> {
  for (const [key, text] of secretTexts(input)) {
    if (!text.includes('\0')) continue;
    yield {
      path: [CLUSTER_FILE, key],
      message: `${key} holds a NUL character, which no environment variable can hold`,
      hint: 'choose another secret, or encode it, for example as base64',
    };
  }
}

/**
 * sops prints `null` for a text of several lines that starts with a tab, and takes the text `<<` for a merge key, when
 * it decrypts (seen with 3.13).
 */
export function* secretsSurviveSops(input: RuleInput): Generator<Finding> {
  for (const [key, text] of secretTexts(input)) {
    if (text !== '<<' && !/^\t[^]*\n/.test(text)) continue;
    yield {
      path: [CLUSTER_FILE, key],
      message: `${key} would be lost when sops decrypts it: it is <<, or has several lines and starts with a tab`,
      hint: 'choose another secret, or encode it, for example as base64',
    };
  }
}

function secretTexts({ cluster }: RuleInput): readonly (readonly [SecretKey, string])[] {
  return SECRET_KEYS.flatMap((key) => {
    const text = cluster?.[key];
    return text === undefined ? [] : [[key, text] as const];
  });
}
