/** Whether a run was killed while it wrote: one look, that every command can afford. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What a run that writes has on the disk meanwhile (`journal.ts`); relative to the project, and ignored by git. */
export const JOURNAL = '.nigari/journal.json';

export function wasCutShort(root: string): boolean {
  return existsSync(join(root, JOURNAL));
}
