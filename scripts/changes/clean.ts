/** What `nigari clean` takes away: of the manifest's files those that are as nigari wrote them, and nothing else. */
import type { Problem } from '../problem.ts';
import { isSealedPath } from '../render/render.ts';
import type { Change, Disk } from '../types.ts';
import { MANIFEST_FILE, hashOf, type Manifest } from './manifest.ts';

/** What goes, what stays, and why. */
export interface Cleaning {
  /** Sorted; the manifest last, when it has nothing more to tell. */
  readonly changes: readonly Change[];
  /** The manifest as it is afterwards; null when it goes. */
  readonly manifest: Manifest | null;
  /** One warning, `edited-stays` or `sealed-stays`, for each file that stays. */
  readonly problems: readonly Problem[];
}

/**
 * @param disk what is there of the manifest's files
 * @param force takes away, too, what was edited or sealed
 */
export function cleaning(manifest: Manifest, disk: Disk, force: boolean): Cleaning {
  const there = [...manifest.files].filter(([path]) => disk.has(path)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const judged = there.map(([path, made]) => {
    const isEdited = hashOf(disk.get(path)?.bytes ?? new Uint8Array()) !== made.sha256;
    return { path, made, why: force ? null : reasonToStay(path, isEdited) };
  });
  const staying = judged.filter(({ why }) => why !== null);
  const going = judged.filter(({ why }) => why === null).map(({ path }): Change => ({ kind: 'delete', path }));
  return {
    changes: staying.length > 0 ? going : [...going, { kind: 'delete', path: MANIFEST_FILE }],
    manifest:
      staying.length > 0 ? { ...manifest, files: new Map(staying.map(({ path, made }) => [path, made])) } : null,
    problems: staying.flatMap(({ why }) => why ?? []),
  };
}

function reasonToStay(path: string, isEdited: boolean): Problem | null {
  if (isSealedPath(path)) return stays('sealed-stays', path, 'is sealed, and may be the only place of what it holds');
  return isEdited ? stays('edited-stays', path, 'was edited since nigari wrote it') : null;
}

const stays = (code: string, path: string, why: string): Problem => ({
  code,
  severity: 'warning',
  file: path,
  message: `${path} ${why}: it stays`,
  hint: 'remove it when nothing in it is needed, or run `nigari clean --force`',
});

/** The directory of an instance, and what tells whether OpenTofu keeps a record of machines for it. */
export interface StatePlace {
  readonly directory: string;
  /** Text of its `backend.tf`; null where there is none. */
  readonly backend: string | null;
  readonly hasStateFile: boolean;
  /** `.terraform/`: OpenTofu was initialised there. */
  readonly isInitialised: boolean;
}

/** @returns one `state-exists` for each directory whose machines nobody could destroy in good order any more */
export function statesInTheWay(places: readonly StatePlace[]): readonly Problem[] {
  return places.flatMap(({ directory, backend, hasStateFile, isInitialised }) => {
    if (hasStateFile) return [stateExists(directory, 'a state file lies there')];
    return isInitialised && hasRemoteBackend(backend) ? [stateExists(directory, 'its state is kept elsewhere')] : [];
  });
}

export function hasRemoteBackend(backend: string | null): boolean {
  return backend !== null && /^\s*backend\s+"(?!local")/m.test(backend);
}

const stateExists = (directory: string, why: string): Problem => ({
  code: 'state-exists',
  severity: 'error',
  file: directory,
  message: `machines may hang on ${directory}: ${why}`,
  hint: [
    'nothing was removed. Without these files nothing can destroy the machines in good order.',
    `first destroy them:      tofu destroy, in ${directory}, with the credentials in its environment`,
    'then remove the record:  the state file, or .terraform/ where the state is elsewhere',
    'or leave them be:        nigari clean --force',
  ].join('\n'),
});

export const nothingKnown: Problem = {
  code: 'manifest-missing',
  severity: 'error',
  message: `no ${MANIFEST_FILE} tells what nigari made: nothing was removed`,
  hint: 'get it back from git, or run `nigari configure`, which writes it anew',
};
