/** What sealing would leave readable, or could not keep apart from sops' own metadata. */
import type { Problem } from '../problem.ts';
import { METADATA_KEY } from './metadata.ts';
import type { Selector, Selects } from './selector.ts';
import { entriesOf, type Value } from './tree.ts';
import { mapLeaves } from './walk.ts';
import type { Reading } from './yaml/read.ts';
import type { At } from './yaml/reading.ts';

/** Leaves of a tree, by what becomes of them. Null and empty texts count for nothing. */
interface Split {
  readonly encrypted: ReadonlySet<Value>;
  readonly clear: ReadonlySet<Value>;
  /** Where a line separator would stay readable, in a key or a value. */
  readonly separators: readonly At[];
}

/** Line breaks of YAML 1.1 that YAML 1.2 does not know. Where they are encrypted they do no harm. */
const LINE_SEPARATOR = /[\u2028\u2029]/;

function split({ tree, at }: Reading, selects: Selects): Split {
  const [encrypted, clear, separators] = [new Set<Value>(), new Set<Value>(), [] as At[]];
  mapLeaves(tree, (leaf, place) => {
    if (leaf.kind === 'comment' || leaf.text === '') return leaf;
    const isEncrypted = selects(place, false);
    (isEncrypted ? encrypted : clear).add(leaf);
    const readable = isEncrypted ? place.keys : [...place.keys, leaf.text];
    if (readable.some((text) => LINE_SEPARATOR.test(text))) separators.push(at(leaf));
    return leaf;
  });
  return { encrypted, clear, separators };
}

/**
 * What a selector leaves readable: a file of which nothing would be encrypted; values that it may have forgotten; and
 * line separators, which sops damages when it edits the file.
 * @param path of the file, for problems
 */
export function exposures(reading: Reading, selector: Selector, selects: Selects, path: string): readonly Problem[] {
  const { encrypted, clear, separators } = split(reading, selects);
  const rule = `${selector.kind}: ${selector.text}`;
  const problems = separators.map(lineSeparator);
  if (clear.size === 0) return problems;
  if (encrypted.size === 0) return [...problems, nothingEncrypted(path, rule)];
  // The other selectors name what is to stay readable, so that nothing is forgotten.
  if (!selector.kind.startsWith('encrypted_')) return problems;
  const paths = [...clear].map((leaf) => reading.at(leaf).path ?? '');
  return [...problems, leftInClear(path, rule, paths)];
}

function lineSeparator(at: At): Problem {
  const message = 'sops damages the characters U+2028 and U+2029 in what stays readable';
  return { code: 'line-separator', severity: 'error', message, hint: 'remove them here', ...at };
}

function nothingEncrypted(path: string, rule: string): Problem {
  const message = `the rule for ${path} in .sops.yaml encrypts nothing of it (${rule})`;
  const hint = 'mend the rule: secrets are never written in clear';
  return { code: 'nothing-encrypted', severity: 'error', message, hint, file: '.sops.yaml' };
}

function leftInClear(path: string, rule: string, paths: readonly string[]): Problem {
  const message = `by its rule in .sops.yaml (${rule}) these values of ${path} stay readable: ${paths.join(', ')}`;
  const hint = 'mend the rule if one of them is a secret';
  return { code: 'left-in-clear', severity: 'warning', message, hint, file: '.sops.yaml' };
}

/** The top-level key that sops keeps for its own metadata. */
export function reservedKeys({ tree, at }: Reading): readonly Problem[] {
  const reserved = tree.flatMap(entriesOf).filter(({ key }) => key === METADATA_KEY);
  const message = `sops keeps the top-level key ${METADATA_KEY} for itself`;
  return reserved.map((entry) => ({
    code: 'reserved-key',
    severity: 'error',
    message,
    hint: 'take another name',
    ...at(entry),
  }));
}
