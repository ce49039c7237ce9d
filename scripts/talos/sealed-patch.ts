/** Patches of the user's own that are sealed: what `talos_patches` may not say, since `talos/` is committed. */
import type { Secret } from '../config/secret.ts';

export interface SealedPatch {
  /** Relative to the project. */
  readonly path: string;
  readonly text: Secret;
}

/** For every machine. */
export const SHARED_PATCH = 'talos/patches/own.sops.yaml';

/** For one. @param name of its node */
export const patchOfNode = (name: string): string => `talos/nodes/${name}.own.sops.yaml`;

export const isSealedPatch = (path: string): boolean => /[/.]own\.sops\.yaml$/.test(path);
