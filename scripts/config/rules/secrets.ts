/** Secrets: what no tool can hand on unchanged, and what was hardly meant so. None of these sentences repeats a value. */
import { NAME_KEYS, SECRET_KEYS, type InputPath, type SecretKey } from '../../types.ts';
import { formatPath } from '../path.ts';
import { CLUSTER_FILE, ERROR, type Finding, type Rule, type RuleInput, WARNING } from './rule.ts';
import { isPlaceholder, plainTexts } from './texts.ts';

const ENCODE_IT = 'choose another secret, or encode it, for example as base64';

const secretsHoldNoNul = (input: RuleInput): Iterable<Finding> =>
  secretsThat(
    input,
    (text) => text.includes('\0'),
    'holds a NUL character, which no environment variable can hold',
    ENCODE_IT,
  );

/**
 * sops prints `null` for a text of several lines that starts with a tab, and takes the text `<<` for a merge key, when
 * it decrypts (seen with 3.13).
 */
const isLost = (text: string): boolean => text === '<<' || /^\t[^]*\n/.test(text);

const secretsSurviveSops = (input: RuleInput): Iterable<Finding> =>
  secretsThat(
    input,
    isLost,
    'would be lost when sops decrypts it: it is <<, or has several lines and starts with a tab',
    ENCODE_IT,
  );

const secretsHaveNoBlanksAtTheirEdges = (input: RuleInput): Iterable<Finding> =>
  secretsThat(
    input,
    (text) => /^\s|\s$/.test(text) && !isLost(text),
    'begins or ends with a blank or a line break, which is part of the secret',
    'remove it; after | a block ends with a line break, after |- it does not',
  );

const secretsAreFilledIn = (input: RuleInput): Iterable<Finding> =>
  secretsThat(input, isPlaceholder, 'is still a placeholder', 'write the real secret, or remove the line');

/** Shorter ones are found in ordinary words. */
const SHORTEST_PART = 12;
/** Shorter ones are no secrets. Of a whole value: what equals one is not hidden in the output of programs either. */
const SHORTEST_WHOLE = 8;

function* secretsStandNowhereElse(input: RuleInput): Generator<Finding> {
  const secrets = secretTexts(input).filter(([, text]) => text.length >= SHORTEST_WHOLE);
  if (secrets.length === 0) return;
  const isIn = (text: string, key: SecretKey, secret: string): boolean =>
    secret.length >= SHORTEST_PART ? text.includes(secret) : text === secret && !NAME_KEYS.has(key);
  const keyOfSecretIn = (text: string): SecretKey | undefined =>
    secrets.find(([key, secret]) => isIn(text, key, secret))?.[0];
  for (const { text, path } of plainTexts(input)) {
    const key = keyOfSecretIn(text);
    if (key === undefined) continue;
    // A key of the user's own may be the secret: no path that is shown may hold it.
    const from = path.findIndex((step) => keyOfSecretIn(String(step)) !== undefined);
    const [file, ...inside] = from === -1 ? path : (path.slice(0, from) as unknown as InputPath);
    yield {
      path: [file, ...inside],
      message: `${formatPath(inside)} holds the value of ${key}, and goes into files in clear`,
      hint: `remove it, and change ${key} where the repository was shared`,
    };
  }
}

function* secretsThat(input: RuleInput, is: (text: string) => boolean, what: string, hint: string): Generator<Finding> {
  for (const [key, text] of secretTexts(input)) {
    if (is(text)) yield { path: [CLUSTER_FILE, key], message: `${key} ${what}`, hint };
  }
}

function secretTexts({ cluster }: RuleInput): readonly (readonly [SecretKey, string])[] {
  return SECRET_KEYS.flatMap((key) => {
    const text = cluster?.[key];
    return text === undefined ? [] : [[key, text] as const];
  });
}

export const SECRET_RULES: readonly Rule[] = [
  {
    code: 'nul-in-secret',
    ...ERROR,
    why: 'Secrets reach OpenTofu by its environment, where a NUL ends the text.',
    check: secretsHoldNoNul,
  },
  {
    code: 'secret-lost-by-sops',
    ...ERROR,
    why: '`sops -d` would print something else than what was sealed.',
    check: secretsSurviveSops,
  },
  {
    code: 'secret-edge-blanks',
    ...WARNING,
    why: 'A line break at the end, from copying or from a block, makes a password that is refused.',
    check: secretsHaveNoBlanksAtTheirEdges,
  },
  {
    code: 'secret-placeholder',
    ...WARNING,
    why: 'It would be sealed, and refused by what it should open.',
    check: secretsAreFilledIn,
  },
  {
    code: 'secret-repeated',
    ...WARNING,
    why: 'Everything that is no secret goes into files in clear, which are meant to be committed.',
    check: secretsStandNowhereElse,
  },
];
