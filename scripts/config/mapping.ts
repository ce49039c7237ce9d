/** What is inside of values as parsers give them. */
import { isSecret } from './secret.ts';

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return isContainer(value) && !Array.isArray(value);
}

/** A mapping or a list. Nothing is inside of a secret. */
export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isSecret(value);
}
