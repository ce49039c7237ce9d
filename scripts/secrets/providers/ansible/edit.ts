/** One scalar of a YAML text replaced, or a key added at its end: every other byte stays. */
import { isScalar, parseDocument } from 'yaml';
import type { KeyPath } from '../../../config/path.ts';

/** Control characters that YAML has no form for but an escape, and its line breaks beside \n and \r. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

/** A text as a scalar of YAML that is on one line. */
export function quotedScalar(text: string): string {
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The columns by which Ansible's own program indents a value. */
const INDENT = ' '.repeat(10);

/** A vault text as a value: a literal block. @param indent what its lines begin with */
export function vaultScalar(vaultText: string, indent: string = INDENT): string {
  const lines = vaultText.trimEnd().split('\n');
  return ['!vault |', ...lines.map((line) => indent + line)].join('\n');
}

/** What the lines of a value's block begin with; undefined where it is on one line. */
export function indentOf(value: string): string | undefined {
  return /\n([ ]+)\S/.exec(value)?.[1];
}

/** Where the text of a value stands, its tag included, what follows it not; null where there is none. */
export function spanOf(text: string, path: KeyPath): readonly [start: number, end: number] | null {
  const node: unknown = parseDocument(text, { logLevel: 'silent' }).getIn(path, true);
  if (!isScalar(node) || !node.range) return null;
  const [from, to] = node.range;
  const tag = /!\S*\s+$/.exec(text.slice(0, from))?.[0] ?? '';
  const start = node.tag === undefined ? from : from - tag.length;
  return [start, start + text.slice(start, to).trimEnd().length];
}

/** Whoever calls reads the result again: where nothing simple can be written, it is not what was wanted. */
export function withValue(text: string, span: readonly [number, number], value: string): string {
  return text.slice(0, span[0]) + value + text.slice(span[1]);
}

export function withKey(text: string, key: string, value: string): string {
  const break_ = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${break_}${key}: ${value}\n`;
}
