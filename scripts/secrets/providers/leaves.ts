/** Secrets that are the leaves of a YAML file: by names as `nigari secrets list` shows them, `a`, `a.b`, `list[0].a`. */
import { isSecretName } from '../../config/references.ts';
import { secret, type Secret } from '../../config/secret.ts';
import { checked, refused, type Checked } from '../../problem.ts';
import { findLeaf, namedLeaves } from '../sops/names.ts';
import { missingSecret, unusable } from '../provider.ts';
import { scalarText } from '../guards/variables.ts';
import type { Reading } from '../yaml/read.ts';

/** The names that can be asked for, sorted. */
export function leafNames({ tree }: Reading): readonly string[] {
  return namedLeaves(tree)
    .map(({ name }) => name)
    .filter(isSecretName)
    .toSorted();
}

/**
 * @param place how messages call the file
 * @param add how to store a secret there
 * @returns the text; problems: `secret-missing`, `secret-unusable` for a value that is no text
 */
export function leafText(reading: Reading, name: string, place: string, add: string): Checked<Secret> {
  const leaf = findLeaf(reading.tree, name)?.leaf;
  if (leaf === undefined) return refused(missingSecret(name, place, leafNames(reading), add));
  const text = scalarText(leaf);
  return text === null ? refused(unusable(name, place, `is of type ${leaf.kind}, no text`)) : checked(secret(text));
}
