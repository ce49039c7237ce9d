/** Which variable each line of a `.tfvars` file assigns. Reads the shape that our template has, and any like it. */
import type { KeyPath } from '../config/path.ts';

/** What a line says: a value, or the beginning of a list or object (then `literal` is null). */
export interface Assignment {
  /** `['proxmox_vm_advanced', 'bios']`, `['nodes', 0, 'name']` */
  readonly path: KeyPath;
  /** What stands behind the `=`, without the comma of a list. */
  readonly literal: string | null;
  /** Column of `literal`, from 1. */
  readonly column: number;
}

/** A list or object that is open: its path, and for a list the index of its next item. */
interface Open {
  readonly path: KeyPath;
  next: number | null;
}

/**
 * Reads line by line: `name = value`, `name = [`, `name = {`, an item of a list, `}` and `]`. A line of another shape
 * (a comment, a heredoc) assigns nothing; whoever takes an assignment compares its value with the model's.
 * @returns per line, in order, what it assigns
 */
export function assignments(lines: readonly string[]): readonly (Assignment | null)[] {
  const open: Open[] = [{ path: [], next: null }];
  return lines.map((line) => {
    const text = line.trim();
    if (/^[}\]],?$/.test(text)) {
      if (open.length > 1) open.pop();
      return null;
    }
    return assignment(line, open);
  });
}

function assignment(line: string, open: Open[]): Assignment | null {
  const within = open.at(-1)!;
  const match = within.next === null ? /^\s*([\w-]+|"[\w-]+")\s*=\s*(?=\S)/.exec(line) : /^\s*(?=[^\s#/])/.exec(line);
  if (match === null) return null;
  const path = [...within.path, within.next ?? match[1]!.replaceAll('"', '')];
  if (within.next !== null) within.next += 1;
  const column = match[0].length + 1;
  const rest = line.slice(match[0].length).trimEnd();
  if (rest !== '{' && rest !== '[') return { path, literal: rest.replace(/,$/, ''), column };
  open.push({ path, next: rest === '[' ? 0 : null });
  return { path, literal: null, column };
}
