/** What stays although nothing makes it any more. */
import type { Problem } from '../problem.ts';
import { isSealedPath } from '../render/render.ts';
import type { Disk } from '../types.ts';
import { hasRemoteBackend } from './clean.ts';
import type { Manifest } from './manifest.ts';

/** The directory of an instance that the model no longer has. */
export interface FormerInstance {
  /** Relative to the project: `infrastructure/tofu`. */
  readonly directory: string;
  /** Text of its `backend.tf`; null where there is none. */
  readonly backend: string | null;
  /** Whether it has a state or was initialised (`.terraform/`). */
  readonly inUse: boolean;
}

/**
 * Whether machines may still hang on a directory that nothing is rendered into: then all its files stay, for they are the
 * way to destroy them in good order.
 */
export function isAlive({ backend, inUse }: FormerInstance): boolean {
  return inUse || hasRemoteBackend(backend);
}

/**
 * Files with our first line that nothing makes any more, where no manifest tells whether somebody edited them: they stay.
 * @returns one note `left-over` for each
 */
export function leftOver(
  disk: Disk,
  made: ReadonlySet<string>,
  isGenerated: (bytes: Uint8Array) => boolean,
): readonly Problem[] {
  return [...disk]
    .filter(([path, { bytes }]) => !made.has(path) && isGenerated(bytes))
    .map(([path]) => ({
      code: 'left-over',
      severity: 'note',
      file: path,
      message: `${path} was made by nigari, and is no longer; it stays, since no manifest tells whether it was edited`,
      hint: 'remove it when nothing in it is needed',
    }));
}

/**
 * A sealed file may be the only place of what it holds, and so is never taken away: its end is told.
 * @param made paths of everything that is made now
 * @returns one note `sealed-left-over` for each
 */
export function sealedLeftOver(
  manifest: Manifest | null,
  made: ReadonlySet<string>,
  isThere: (path: string) => boolean,
): readonly Problem[] {
  const left = [...(manifest?.files.keys() ?? [])].filter(
    (path) => isSealedPath(path) && !made.has(path) && isThere(path),
  );
  return left.map((path) => ({
    code: 'sealed-left-over',
    severity: 'note',
    file: path,
    message: `${path} is no longer made, for the inputs hold no secret that belongs in it; it stays as it is`,
    hint: 'remove it when nothing that it holds is needed any more',
  }));
}
