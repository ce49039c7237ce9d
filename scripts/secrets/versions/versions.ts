/** Two versions of a sealed file, compared by the names in it. */
import { checked, type Checked } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { differences, metadataDifferences, type Difference } from './differences.ts';
import { readSealed, type SealedFile } from '../sops/sealed.ts';
import type { Tree } from '../tree/tree.ts';
import { unlock, type Keys } from '../unlock.ts';

/** What they differ in. */
export interface Compared {
  /** Whether the ciphertext is another one: with no difference, the same values were only encrypted anew. */
  readonly sealedAnew: boolean;
  /** False where no key opens both: then a value that was encrypted anew counts as changed. */
  readonly opened: boolean;
  readonly differences: readonly Difference[];
}

/**
 * @param old null where there is none; so, too, `now`
 * @returns problems as `readSealed` and `unlock` have them: a version is not sealed, or was tampered with
 */
export async function compareVersions(
  old: SourceFile | null,
  now: SourceFile | null,
  keys: Keys,
): Promise<Checked<Compared>> {
  const [before, after] = [await versionOf(old, keys), await versionOf(now, keys)];
  if (!before.ok) return before;
  if (!after.ok) return after;
  const [was, is] = [before.value, after.value];
  const trees = was.opened !== null && is.opened !== null ? ([was.opened, is.opened] as const) : null;
  const found = differences(...(trees ?? ([was.closed, is.closed] as const)));
  const about = metadataDifferences(was.metadata, is.metadata);
  return checked({ sealedAnew: !isSame(old, now), opened: trees !== null, differences: [...found, ...about] });
}

export function isSame(old: SourceFile | null, now: SourceFile | null): boolean {
  return old !== null && now !== null && Buffer.compare(old.bytes, now.bytes) === 0;
}

/** One version, as it is written and as it opens. */
interface Version {
  readonly metadata: SealedFile['metadata'] | null;
  readonly closed: Tree;
  /** Null where no key opens it. */
  readonly opened: Tree | null;
}

async function versionOf(file: SourceFile | null, keys: Keys): Promise<Checked<Version>> {
  if (file === null) return checked({ metadata: null, closed: [], opened: [] });
  const sealed = readSealed(file);
  if (!sealed.ok) return sealed;
  const unlocked = await unlock(sealed.value, keys);
  if (!unlocked.ok) return unlocked;
  unlocked.value?.dataKey.fill(0);
  return checked({ ...sealed.value, closed: sealed.value.tree, opened: unlocked.value?.tree ?? null });
}
