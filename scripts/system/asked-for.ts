/** What an apply asked Proxmox VE for, as long as it did not end well: where the answer was lost it may be there all the same. */
import type { Checked } from '../problem.ts';
import { readCache, writeCache } from './cache-file.ts';

const NAME = 'asked-for.json';

/** @returns the texts that were written; none where the record is missing or damaged */
export async function readAskedFor(root: string): Promise<ReadonlySet<string>> {
  try {
    const list: unknown = JSON.parse((await readCache(root, NAME)) ?? '[]');
    return new Set(Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Replaces the record. */
export function writeAskedFor(root: string, asked: ReadonlySet<string>): Promise<Checked<void>> {
  return writeCache(root, NAME, `${JSON.stringify([...asked].toSorted(), null, 2)}\n`);
}
