/** cluster.yaml without some of its keys: every other line, comment and blank of the user's stays as it is. */
import { isMap, isScalar, parseDocument, type Pair } from 'yaml';
import type { SourceFile } from '../types.ts';
import { decodeText } from './decode.ts';
import { parseYaml } from './yaml.ts';

/**
 * Puts a comment in the place of each of the keys at the root of a file.
 * @param keys those that are there
 * @param comment what the comment says, by key
 * @returns the text, of which it is proven that it says the same but for these keys; null where the file is written in a
 *   way that no line of it can go: in braces, or with a value that another one repeats
 */
export function withoutKeys(
  file: SourceFile,
  keys: readonly string[],
  comment: (key: string) => string,
): string | null {
  const text = decodeText(file);
  const before = parseYaml(file);
  if (!text.ok || !before.ok) return null;
  const lines = text.value.split('\n');
  for (const { key, from, to } of spans(text.value, keys).toReversed()) {
    lines.splice(from, to - from, withReturn(`# ${comment(key)}`, lines[from] ?? ''));
  }
  const after = parseYaml({ ...file, bytes: Buffer.from(lines.join('\n')) });
  const wanted = Object.entries(before.value.value).filter(([key]) => !keys.includes(key));
  const isSame = after.ok && JSON.stringify(Object.entries(after.value.value)) === JSON.stringify(wanted);
  return isSame ? lines.join('\n') : null;
}

/** Lines from 0, the last one not included. */
interface Span {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

function spans(text: string, keys: readonly string[]): readonly Span[] {
  const { contents } = parseDocument(text, { uniqueKeys: false });
  const pairs = isMap(contents) ? contents.items : [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length - 1;
  return pairs.flatMap((pair): readonly Span[] => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const place = rangeOf(pair);
    if (!keys.includes(key) || place === null) return [];
    return [{ key, from: lineAt(place[0]), to: lineAt(Math.max(place[0], place[1] - 1)) + 1 }];
  });
}

/** From the key to the end of the value. */
function rangeOf({ key, value }: Pair): readonly [number, number] | null {
  const [start, keyEnd] = isScalar(key) && key.range ? key.range : [null, 0];
  const end = isScalar(value) && value.range ? value.range[1] : keyEnd;
  return start === null ? null : [start, Math.max(end, keyEnd)];
}

const withReturn = (line: string, old: string): string => (old.endsWith('\r') ? `${line}\r` : line);
