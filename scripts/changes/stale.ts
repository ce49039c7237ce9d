/** Generated files that are no longer made. */
import type { Change, Disk } from '../types.ts';

/** What lies in the directory of an instance, present or former. */
export interface InstanceFolder {
  /** Relative to the project: `infrastructure/tofu`. */
  readonly directory: string;
  /** Its files, by path relative to the project; the sealed file with its secrets among them. */
  readonly files: Disk;
  /** Whether it has a state or was initialised (`.terraform/`). */
  readonly inUse: boolean;
}

/**
 * What to delete: files of ours that nothing makes any more. An instance that vanished altogether, because
 * infrastructure was switched off, keeps all its files while it is in use or its state lies elsewhere: they are the
 * way to destroy its machines in good order.
 * @param made paths of everything that is made now
 * @param instances directories of the instances that the model has now
 */
export function stale(
  folders: readonly InstanceFolder[],
  made: ReadonlySet<string>,
  instances: ReadonlySet<string>,
  isOurs: (path: string, bytes: Uint8Array) => boolean,
): readonly Change[] {
  return folders
    .filter((folder) => instances.has(folder.directory) || !isAlive(folder))
    .flatMap((folder) => [...folder.files])
    .filter(([path, file]) => !made.has(path) && isOurs(path, file.bytes))
    .map(([path]): Change => ({ kind: 'delete', path }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether machines may still hang on a directory that nothing is rendered into. */
function isAlive({ directory, files, inUse }: InstanceFolder): boolean {
  const backend = files.get(`${directory}/backend.tf`);
  const remote = backend !== undefined && /^\s*backend\s+"(?!local")/m.test(new TextDecoder().decode(backend.bytes));
  return inUse || remote;
}
