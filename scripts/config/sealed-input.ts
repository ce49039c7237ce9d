/**
 * cluster.sops.yaml: the credentials of cluster.yaml in a file of their own, sealed, so that cluster.yaml can be committed.
 * Its keys can be read by everybody, its values only with a key: what is wrong with the keys is found without one.
 */
import type { Problem } from '../problem.ts';
import { SECRET_KEYS } from '../types.ts';
import { knownKeys } from './key-schema.ts';
import { mapLeaves, mayBeSecret, type Resolution } from './deferred.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { formatPath, hasValueAt, valueAt, type KeyPath } from './path.ts';
import type { YamlFile } from './yaml.ts';

export const SEALED_FILE = 'cluster.sops.yaml';

/** Where sops keeps what it needs to know of a file. */
const METADATA = 'sops';

/** The file without the metadata of sops, with its opened values where they are known. */
export function sealedInput(file: YamlFile, resolution: Resolution | null): YamlFile {
  const { [METADATA]: _, ...value } = file.value;
  return { ...file, value: resolution?.sealed ?? value };
}

/** What is wrong with it for itself: `sealed-input-in-clear`, `sealed-input-public`. */
export function sealedInputProblems({ value, places }: YamlFile): readonly Problem[] {
  const isSealed = typeof value[METADATA] === 'object';
  const keys = Object.keys(value).filter((key) => key !== METADATA);
  const known = knownKeys('cluster', []);
  const publicKeys = keys.filter((key) => known.includes(key) && !mayBeSecret([key]));
  const clearKeys = keys.filter((key) => isCredential(key) && !(isSealed && isCiphertext(value[key])));
  const notSealed = isSealed || clearKeys.length > 0 ? [] : [inClear('', places.value([]))];
  return [
    ...publicKeys.map((key) => isPublic(key, places.key([key]))),
    ...clearKeys.map((key) => inClear(key, places.value([key]))),
    ...notSealed,
  ];
}

const isCredential = (key: string): boolean => (SECRET_KEYS as readonly string[]).includes(key);
/** sops leaves an empty text as it is. */
const isCiphertext = (value: unknown): boolean => typeof value === 'string' && /^(ENC\[|$)/.test(value);

const isPublic = (key: string, at: Partial<Problem>): Problem => ({
  code: 'sealed-input-public',
  severity: 'error',
  message: `${key} is no credential: sealed, it could not be checked without a key`,
  hint: `move it to cluster.yaml; only ${SECRET_KEYS.join(', ')} and vars may stand here`,
  ...at,
  path: formatPath([key]),
});

const inClear = (key: string, at: Partial<Problem>): Problem => ({
  code: 'sealed-input-in-clear',
  severity: 'error',
  message: key === '' ? `${SEALED_FILE} is not encrypted` : `${key} is not encrypted in ${SEALED_FILE}`,
  hint: `run \`nigari secrets encrypt ${SEALED_FILE}\`; if it was ever committed, change what it holds`,
  ...at,
  ...(key !== '' && { path: formatPath([key]) }),
});

/** cluster.yaml and cluster.sops.yaml as one file: each value stands where it was written. */
export function merged(open: YamlFile, sealed: YamlFile): YamlFile {
  const placesOf = (path: KeyPath): YamlFile['places'] =>
    hasValueAt(sealed.value, path) && !hasValueAt(open.value, path) ? sealed.places : open.places;
  return {
    ...open,
    value: mergedValue(open.value, sealed.value) as YamlFile['value'],
    places: {
      value: (path) => placesOf(path).value(path),
      key: (path) => placesOf(path).key(path),
      source: (path) => placesOf(path).source(path),
    },
  };
}

/** One `set-twice` for each value that both files have. */
export function setTwice(open: YamlFile, sealed: YamlFile): readonly Problem[] {
  const found = new Map<string, Problem>();
  mapLeaves(sealed.value, (leaf, path) => {
    const length = path.findIndex((_, index) => isLeaf(open.value, path.slice(0, index + 1))) + 1;
    if (length === 0 && !hasValueAt(open.value, path)) return leaf;
    const twice = length === 0 ? path : path.slice(0, length);
    found.set(formatPath(twice), twiceAt(twice, open, sealed));
    return leaf;
  });
  return [...found.values()];
}

function twiceAt(path: KeyPath, open: YamlFile, sealed: YamlFile): Problem {
  const name = formatPath(path);
  const { line, column } = open.places.value(path);
  return {
    code: 'set-twice',
    severity: 'error',
    message: `${name} is set here and at ${open.file}:${line}:${column}`,
    hint: `remove the one in ${open.file}; if that file was ever committed with it, change the secret too`,
    ...sealed.places.key(path),
    path: name,
  };
}

function mergedValue(one: unknown, other: unknown): unknown {
  if (!isMapping(one) || !isMapping(other)) return one ?? other;
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, mergedValue(own(one, key), own(other, key))]));
}

const own = (value: Mapping, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);

const isLeaf = (root: unknown, path: KeyPath): boolean => {
  const value = valueAt(root, path);
  return value !== undefined && !isMapping(value);
};
