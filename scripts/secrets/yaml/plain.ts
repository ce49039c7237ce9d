/** Plain YAML without comments → tree, without the library: sealed files are so, and most that are to be sealed. */
import { Unknown } from '../../config/cursor.ts';
import { readPlainYaml, type Maker } from '../../config/plain-yaml.ts';
import { isComment, type Entry, type Scalar, type Tree, type Value } from '../tree/tree.ts';
import { otherText } from './emit.ts';
import type { At } from './reading.ts';
import { plainScalar } from './resolve.ts';

interface PlainReading {
  readonly tree: Tree;
  readonly at: (node: Entry | Value) => At;
}

/** @returns null where something is not known here, or a warning is due */
export function readPlain(file: string, text: string): PlainReading | null {
  if (text.includes('#')) return null;
  const offsets = new Map<Entry | Value, number>();
  const [root] = readPlainYaml(text, treeMaker(offsets)) ?? [];
  if (root?.kind !== 'mapping') return null;
  const at = (node: Entry | Value): At => {
    const offset = offsets.get(node);
    if (offset === undefined) return { file };
    const path = pathOf(node, root, '') ?? '';
    return { file, ...positionOf(text, offset), ...(path !== '' && { path }) };
  };
  return { tree: [root], at };
}

function treeMaker(offsets: Map<Entry | Value, number>): Maker<Value> {
  const placed = <T extends Entry | Value>(node: T, at: number): T => {
    offsets.set(node, at);
    return node;
  };
  return {
    plain: (text, at) => placed(plainValue(text), at),
    text: (text, at) => placed({ kind: 'str', text }, at),
    list: (items, at) => placed({ kind: 'list', items }, at),
    mapping: (entries, at) => {
      const items = entries.map(({ key, value, at }) => placed({ kind: 'entry', key, value } as const, at));
      return placed({ kind: 'mapping', items }, at);
    },
    nothing: () => {
      throw new Unknown();
    },
  };
}

/** Of what sops prints in another form the library's reader warns. */
function plainValue(text: string): Scalar {
  const scalar = plainScalar(text);
  if (scalar === 'too-big' || scalar.kind === 'time') throw new Unknown();
  if ((scalar.kind === 'int' || scalar.kind === 'float') && otherText(scalar) !== text) throw new Unknown();
  return scalar;
}

function positionOf(text: string, offset: number): Pick<At, 'line' | 'column'> {
  const rows = text.slice(0, offset).split('\n');
  return { line: rows.length, column: (rows.at(-1) ?? '').length + 1 };
}

/** @param path of `inside` @returns null where the node is not in there */
function pathOf(node: Entry | Value, inside: Entry | Value, path: string): string | null {
  if (node === inside) return path;
  if (inside.kind === 'entry') return pathOf(node, inside.value, path);
  if (!('items' in inside)) return null;
  for (const [index, item] of inside.items.entries()) {
    if (isComment(item)) continue;
    const key = item.kind === 'entry' ? `${path === '' ? '' : '.'}${item.key}` : `[${index}]`;
    const found = pathOf(node, item, path + key);
    if (found !== null) return found;
  }
  return null;
}
