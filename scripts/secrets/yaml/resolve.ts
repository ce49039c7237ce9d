/**
 * What a YAML scalar means: go-yaml's rules (v3.0.4, as sops 3.13 uses it), a blend of YAML 1.1 and 1.2.
 * `yes`, `on` and `12:30` are text, `0777` is octal, `1_000` a number, `2020-01-02` a time.
 */
import { floatText, readIntText, timeText } from './numbers.ts';
import type { Scalar } from '../tree/tree.ts';

const WORDS: ReadonlyMap<string, Scalar> = new Map(
  (
    [
      ['bool', 'True', ['true', 'True', 'TRUE']],
      ['bool', 'False', ['false', 'False', 'FALSE']],
      ['null', '', ['', '~', 'null', 'Null', 'NULL']],
      ['float', 'NaN', ['.nan', '.NaN', '.NAN']],
      ['float', '+Inf', ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']],
      ['float', '-Inf', ['-.inf', '-.Inf', '-.INF']],
    ] as const
  ).flatMap(([kind, text, words]) => words.map((word): [string, Scalar] => [word, { kind, text }])),
);

/** Spellings of an integer, without their underscores, and their base. The later ones accept a sign after the prefix. */
const INTEGERS: readonly (readonly [spelling: RegExp, base: number])[] = [
  [/^([-+]?)(0|[1-9]\d*)$/, 10],
  [/^([-+]?)0([0-7]+)$/, 8],
  [/^([-+]?)0[oO]([0-7]+)$/, 8],
  [/^([-+]?)0[xX]([\da-fA-F]+)$/, 16],
  [/^([-+]?)0[bB]([01]+)$/, 2],
  [/^0o([-+])([0-7]+)$/, 8],
  [/^0b([-+])([01]+)$/, 2],
];
const PREFIX: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };

function integer(text: string): bigint | null {
  for (const [spelling, base] of INTEGERS) {
    const [, sign, digits] = spelling.exec(text) ?? [];
    if (digits !== undefined) return BigInt(PREFIX[base] + digits) * (sign === '-' ? -1n : 1n);
  }
  return null;
}

const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const MAX_UINT = 2n ** 64n - 1n;

function number(text: string): Scalar | 'too-big' | null {
  const int = integer(text);
  const intText = int === null ? null : readIntText(String(int));
  if (intText !== null) return { kind: 'int', text: intText };
  if (int !== null && int > 0n && int <= MAX_UINT && !text.startsWith('+')) return 'too-big';
  return FLOAT.test(text) && Number.isFinite(Number(text)) ? { kind: 'float', text: floatText(Number(text)) } : null;
}

/** Here go-yaml leaves underscores to Go's ParseFloat, which wants a digit on either side of each. */
const FRACTION = /^\.\d+(_\d+)*([eE][-+]?\d+(_\d+)*)?$/;

/**
 * The meaning of a scalar without quotes and tag.
 * @returns `too-big` for a number above int64 and within uint64, which sops refuses
 */
export function plainScalar(text: string): Scalar | 'too-big' {
  const word = WORDS.get(text);
  // Each its own, so that it has a place of its own.
  if (word !== undefined) return { ...word };
  const string: Scalar = { kind: 'str', text };
  if (text.startsWith('.')) return (FRACTION.test(text) ? number(text.replaceAll('_', '')) : null) ?? string;
  if (!/^[-+\d]/.test(text)) return string;
  const time = timeText(text);
  if (time !== null) return { kind: 'time', text: time };
  return number(text.replaceAll('_', '')) ?? string;
}

const TAG_KINDS: ReadonlyMap<string, Scalar['kind']> = new Map([
  ['bool', 'bool'],
  ['int', 'int'],
  ['float', 'float'],
  ['null', 'null'],
  ['timestamp', 'time'],
]);
const YAML_TAG = 'tag:yaml.org,2002:';

/**
 * The meaning of a scalar with a tag, written in full as the parser gives it (`tag:yaml.org,2002:int`).
 * @returns null where the tag does not fit, or the text is no UTF-8 behind `!!binary`; an unknown tag leaves text
 */
export function taggedScalar(tag: string, text: string): Scalar | 'too-big' | null {
  const name = tag.startsWith(YAML_TAG) ? tag.slice(YAML_TAG.length) : '';
  if (name === 'binary') return binaryText(text);
  const kind = TAG_KINDS.get(name);
  if (kind === undefined) return { kind: 'str', text };
  const meant = plainScalar(text);
  if (meant === 'too-big' || meant.kind === kind) return meant;
  return kind === 'float' && meant.kind === 'int' ? { kind, text: meant.text } : null;
}

function binaryText(base64: string): Scalar | null {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  const whole = bytes.toString('base64') === base64.replace(/[\r\n]/g, '');
  return whole && Buffer.from(text, 'utf8').equals(bytes) ? { kind: 'str', text } : null;
}

/** Words that YAML 1.1 takes for a boolean, and numbers in base 60: go-yaml quotes them, for readers of that kind. */
const OLD_BOOL = /^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const BASE_60 = /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/;

/** Whether text may stand without quotes and stay text, as far as its meaning goes. */
export function staysText(text: string): boolean {
  const meant = plainScalar(text);
  return meant !== 'too-big' && meant.kind === 'str' && !OLD_BOOL.test(text) && !BASE_60.test(text);
}
