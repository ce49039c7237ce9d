/** What of the input can be trusted: rules run on every value whose own shape is right, whatever is wrong elsewhere. */
import { formatPath, type KeyPath } from './path.ts';

/** A value of which any part may be missing: its shape is wrong, or it was not written. Lists keep their indexes. */
export type WellFormed<T> = T extends readonly (infer Item)[]
  ? readonly (WellFormed<Item> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: WellFormed<Exclude<T[K], undefined>> | undefined }
    : T;

/**
 * A copy without the values that there is a finding on.
 * @param broken the findings' paths, as `formatPath` writes them
 */
export function wellFormed<T>(value: unknown, broken: ReadonlySet<string>): WellFormed<T> | undefined {
  return kept(value, [], broken) as WellFormed<T> | undefined;
}

function kept(value: unknown, path: KeyPath, broken: ReadonlySet<string>): unknown {
  if (broken.has(formatPath(path))) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => kept(item, [...path, index], broken));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, kept(item, [...path, key], broken)]));
}
