/** The path of a problem, `nodes[2].address`, as keys and indexes again. */
import type { KeyPath } from '../config/path.ts';

const STEPS = /\.?([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;

/** The inverse of `formatPath`; null for a path with a key that it could only show, not write. */
export function parsePath(text: string): KeyPath | null {
  const steps = [...text.matchAll(STEPS)];
  const readable = steps.map(([whole]) => whole).join('') === text && !text.includes('\\u{');
  return readable ? steps.map(step) : null;
}

function step([, name, index, quoted]: RegExpExecArray): string | number {
  if (name !== undefined) return name;
  return index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index);
}
