/** A folder that is no disk. */
import { statfs } from 'node:fs/promises';

/** Where Linux has a file system in memory for everybody (shm_overview(7)). */
export const MEMORY = '/dev/shm';

/** Types of file systems that are in memory, as statfs(2) names them: tmpfs, ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** @returns false also where it is not there */
export async function isInMemory(folder: string): Promise<boolean> {
  const found = await statfs(folder).catch(() => null);
  return found !== null && IN_MEMORY.has(found.type);
}
