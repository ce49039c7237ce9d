/** After an update of nigari: which changes come from it, and what they mean for OpenTofu. */
import type { Problem } from '../problem.ts';
import type { Change, Disk } from '../types.ts';
import { hashOf, type Manifest } from './manifest.ts';
import { EFFECTS, mergedNote, type Effect, type Merged, type Release } from './releases.ts';

const MEANING: Readonly<Record<Effect, string>> = {
  nothing: 'nothing for OpenTofu',
  'in place': 'OpenTofu changes it in place',
  reboot: 'machines reboot',
  replace: 'machines are replaced',
};

/** The version whose manifest came first; before it the first line of a file said what is looked for here. */
const BEFORE_MANIFESTS = { version: '0.1.0', said: 'Do not edit: the next run overwrites it.' };

/** The version that made what is on disk; null where nothing tells. */
export function madeBy(manifest: Manifest | null, disk: Disk): string | null {
  if (manifest !== null) return manifest.nigari;
  const said = [...disk.values()].some(({ bytes }) =>
    new TextDecoder().decode(bytes.subarray(0, 512)).split('\n', 1)[0]?.includes(BEFORE_MANIFESTS.said),
  );
  return said ? BEFORE_MANIFESTS.version : null;
}

/** A file whose built-in template another version changed. */
interface Updated extends Merged {
  readonly path: string;
}

/**
 * @param between the versions, older first
 * @param builtIn paths that a built-in template makes
 * @returns one `nigari-updated`, a warning where machines change; none where no template did
 */
export function updateNote(
  changes: readonly Change[],
  { manifest, disk }: { readonly manifest: Manifest | null; readonly disk: Disk },
  releases: readonly Release[],
  { from, to, builtIn }: { readonly from: string; readonly to: string; readonly builtIn: ReadonlySet<string> },
): readonly Problem[] {
  const updated = changes.flatMap((change): readonly Updated[] => {
    if (change.kind !== 'update' || !builtIn.has(change.path) || isEdited(change.path, manifest, disk)) return [];
    const merged = mergedNote(releases, change.sealed.template, from, to);
    return merged === null ? [] : [{ ...merged, path: change.path }];
  });
  return updated.length === 0 ? [] : [nigariUpdated(updated, from, to)];
}

/** Without a manifest nobody knows; with `--force` an edited file is updated too. */
function isEdited(path: string, manifest: Manifest | null, disk: Disk): boolean {
  const [made, now] = [manifest?.files.get(path), disk.get(path)];
  return made !== undefined && now !== undefined && made.sha256 !== hashOf(now.bytes);
}

function nigariUpdated(updated: readonly Updated[], from: string, to: string): Problem {
  const isHarmless = updated.every(({ effect }) => effect === 'nothing');
  const worstFirst = updated.toSorted((a, b) => EFFECTS.indexOf(b.effect) - EFFECTS.indexOf(a.effect));
  return {
    code: 'nigari-updated',
    severity: isHarmless ? 'note' : 'warning',
    message: `nigari ${from} → ${to}: these files change because of the update`,
    hint: worstFirst.map(({ path, effect, why }) => `${path}: ${MEANING[effect]}: ${why.join('; ')}`).join('\n'),
  };
}
