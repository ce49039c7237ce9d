/** A file's value against its JSON Schema: the validators' findings become problems with words and places. */
import type { ErrorObject } from 'ajv';
import type { Problem } from '../problem.ts';
import { isSecretPath, keySchema, type InputKind } from './key-schema.ts';
import { formatPath, valueAt, type KeyPath } from './path.ts';
import { missingWords, unknownWords, valueWords, type Misfit } from './shape-words.ts';
import { validateCluster, validateNodes } from './validators.gen.js';
import type { YamlFile } from './yaml.ts';
import type { Words } from './yaml-words.ts';

const VALIDATORS = { cluster: validateCluster, nodes: validateNodes } as const;

/**
 * Everything about the shape of a file: types, ranges, formats, missing and unknown keys; one finding for a value.
 * @returns `missing-key`, `unknown-key`, `empty-value`, `wrong-type`, `out-of-range`, `not-one-of`, `bad-format`,
 *   `too-short`, `too-few`
 */
export function shapeProblems(file: YamlFile, kind: InputKind): readonly Problem[] {
  const validate = VALIDATORS[kind];
  if (validate(file.value)) return [];
  return firstOfEachValue(validate.errors ?? []).map((error) => toProblem(file, kind, error));
}

/** A number where a word belongs breaks its type and its list of words: the first says it all. */
function firstOfEachValue(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const seen = new Set<string>();
  return errors.filter(({ keyword, instancePath }) => {
    if (keyword === 'required' || keyword === 'additionalProperties') return true;
    return !seen.has(instancePath) && seen.add(instancePath);
  });
}

function toProblem(file: YamlFile, kind: InputKind, error: ErrorObject): Problem {
  const at = keyPath(file.value, error.instancePath);
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>;
  if (missingProperty !== undefined) return missing(file, kind, [...at, missingProperty]);
  if (additionalProperty !== undefined) return unknown(file, kind, [...at, additionalProperty]);
  return problem(valueWords(error.keyword, misfit(file, kind, at)), file.places.value(at), at);
}

const missing = (file: YamlFile, kind: InputKind, path: KeyPath): Problem =>
  problem(missingWords(kind, path), file.places.value(path.slice(0, -1)), path);

const unknown = (file: YamlFile, kind: InputKind, path: KeyPath): Problem =>
  problem(unknownWords(kind, path), file.places.key(path), path);

function problem(words: Words, place: Partial<Problem>, path: KeyPath): Problem {
  return { severity: 'error', ...words, ...place, path: formatPath(path) };
}

function misfit(file: YamlFile, kind: InputKind, path: KeyPath): Misfit {
  const secret = isSecretPath(kind, path);
  return {
    name: formatPath(path),
    schema: keySchema(kind, path) ?? {},
    value: valueAt(file.value, path),
    source: secret ? null : file.places.source(path),
    secret,
  };
}

/** The JSON pointer `/nodes/0/name` as a path; which of its steps are indexes only the value knows. */
function keyPath(root: unknown, pointer: string): KeyPath {
  const path: (string | number)[] = [];
  let value = root;
  for (const escaped of pointer.split('/').slice(1)) {
    const step = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(step) : step);
    value = (value as Record<string, unknown>)[step];
  }
  return path;
}
