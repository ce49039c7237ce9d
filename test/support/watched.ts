/** Folders that are looked into all the time, for secrets that are known only later: whatever stood in a file is kept. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Watched {
  /** Files that have held one of these, by their paths. @param exempt those that may */
  readonly leaks: (holds: (text: string) => boolean, exempt?: RegExp) => readonly string[];
  readonly close: () => void;
}

/** Between two looks, in milliseconds. */
const PAUSE = 20;

/** Programs and the like; a leak is a text. */
const TOO_LARGE = 4 << 20;

/** Anything that looks the same as at the last look is not read again. */
export function watch(...folders: readonly string[]): Watched {
  const marks = new Map<string, string>();
  const contents = new Map<string, Set<string>>();
  const look = (): void => {
    for (const path of folders.flatMap(filesIn)) {
      const mark = markOf(path);
      if (mark === null || marks.get(path) === mark) continue;
      marks.set(path, mark);
      const text = textOf(path);
      contents.set(text, (contents.get(text) ?? new Set()).add(path));
    }
  };
  look();
  const timer = setInterval(look, PAUSE);
  return {
    leaks: (holds, exempt = /$^/) => {
      look();
      const bad = [...contents].filter(([text]) => holds(text)).flatMap(([, paths]) => [...paths]);
      return [...new Set(bad)].filter((path) => !exempt.test(path)).toSorted();
    },
    close: () => clearInterval(timer),
  };
}

function filesIn(folder: string): readonly string[] {
  return orElse([], () => readdirSync(folder, { recursive: true }) as string[]).map((name) => join(folder, name));
}

/** What changes with the content. Null for what is no file, or has gone again. */
function markOf(path: string): string | null {
  const found = orElse(undefined, () => statSync(path, { throwIfNoEntry: false }));
  if (!found?.isFile() || found.size > TOO_LARGE) return null;
  return `${found.ino} ${found.size} ${found.mtimeMs}`;
}

const textOf = (path: string): string => orElse('', () => readFileSync(path, 'latin1'));

/** It has gone meanwhile, or belongs to somebody else. */
function orElse<T>(other: T, read: () => T): T {
  try {
    return read();
  } catch {
    return other;
  }
}
