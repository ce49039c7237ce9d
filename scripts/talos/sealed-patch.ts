/** Patches of the user's own that are sealed: what `talos_patches` may not say, since `talos/` is committed. */
import type { Secret } from '../config/secret.ts';
import type { TalosNode } from './rendered-cluster.ts';

export interface SealedPatch {
  /** Relative to the project. */
  readonly path: string;
  readonly text: Secret;
}

/** Where those of a machine are, in the order in which they count; relative to the project. */
export type PatchFiles = (node: TalosNode) => readonly string[];

/** For every machine. */
export const SHARED_PATCH = 'talos/patches/own.sops.yaml';

/** For one. @param name of its node */
export const patchOfNode = (name: string): string => `talos/nodes/${name}.own.sops.yaml`;

export const isSealedPatch = (path: string): boolean => /[/.]own\.sops\.yaml$/.test(path);

/** What Talos' documents call their secrets, of their own and of registries, disks and tunnels. */
const SECRET_KEY = /(?:password|passphrase|token|secret)$|^(?:auth|key|privateKey|presharedKey)$/i;

/** @param key of a machine configuration: `presharedKey` */
export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key);
