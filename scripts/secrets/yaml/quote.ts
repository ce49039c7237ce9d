/**
 * How go-yaml (v3.0.4, as sops 3.13 uses it) writes a string: plain, quoted or as a literal block.
 * One difference: U+2028 and U+2029, line breaks in YAML 1.1 and none in 1.2, are always escaped, so that every reader
 * reads the same.
 */
import { staysText } from './resolve.ts';

type Style = 'plain' | 'single' | 'double' | 'literal';

/** Every code point that may stand outside double quotes. Controls, BOM and all beyond U+FFFF are escaped; tabs: see below. */
const PRINTABLE = /^[\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;
/** What cannot start a plain string, or stand in it: indicators, `: `, ` #`, document markers, a space at an end. */
const NOT_PLAIN: readonly RegExp[] = [
  /^[#,[\]{}&*!|>'"%@`]/,
  /^[?:-](?=[ \t]|$)/,
  /:(?=[ \t]|$)/,
  /[ \t]#/,
  /^(---|\.\.\.)/,
  /^ | $/,
];

function styleOf(text: string): Style {
  if (!PRINTABLE.test(text)) return 'double';
  if (text.includes('\n')) return / \n| $/.test(text) ? 'double' : 'literal';
  if (text.includes('\t') || !staysText(text)) return 'double';
  return NOT_PLAIN.some((pattern) => pattern.test(text)) ? 'single' : 'plain';
}

/** Whether go-yaml writes it as a literal block. */
export function isLiteral(text: string): boolean {
  return styleOf(text) === 'literal';
}

/**
 * A string as lines of YAML: the first follows `key: ` or `- `, the others stand as they are.
 * @param column of the lines of a literal block
 * @param step columns per level, which go-yaml also takes for the hint of a block that starts with a blank
 */
export function stringLines(text: string, column: number, step: number): readonly string[] {
  const style = styleOf(text);
  if (style === 'literal') return [`|${literalHints(text, step)}`, ...literalLines(text, column)];
  if (style === 'single') return [`'${text.replaceAll("'", "''")}'`];
  return [style === 'double' ? doubleQuoted(text) : text];
}

function literalHints(text: string, step: number): string {
  const indentation = /^[ \n]/.test(text) ? String(step) : '';
  if (!text.endsWith('\n')) return `${indentation}-`;
  return /[^\n]\n$/.test(text) ? indentation : `${indentation}+`;
}

function literalLines(text: string, column: number): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};
const UNESCAPED = /^[\x20\x21\x23-\x5b\x5d-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/u;

/** go-yaml escapes every character of a string that starts with a byte order mark. */
function doubleQuoted(text: string): string {
  const all = text.startsWith('\ufeff');
  return `"${Array.from(text, (char) => (!all && UNESCAPED.test(char) ? char : escape(char))).join('')}"`;
}

function escape(char: string): string {
  const short = ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  const point = char.codePointAt(0) ?? 0;
  const hex = point.toString(16).toUpperCase();
  if (point <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
