/** What sealing would leave readable, or could not keep apart from sops' own metadata. */
import type { Problem } from '../../problem.ts';
import { METADATA_KEY } from '../sops/metadata.ts';
import type { Selector, Selects } from '../sops/selector.ts';
import { entriesOf } from '../tree/tree.ts';
import { mapLeaves } from '../tree/walk.ts';
import type { Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';

/** How many leaves of a tree become what. Null and empty texts count for nothing. */
interface Split {
  readonly encrypted: number;
  readonly clear: number;
  /** Where a line separator would stay readable, in a key or a value. */
  readonly separators: readonly At[];
}

/** Line breaks of YAML 1.1 that YAML 1.2 does not know. Where they are encrypted they do no harm. */
const LINE_SEPARATOR = /[\u2028\u2029]/;

function split({ tree, at }: Reading, selects: Selects): Split {
  let [encrypted, clear] = [0, 0];
  const separators: At[] = [];
  mapLeaves(tree, (leaf, place) => {
    if (leaf.kind === 'comment' || leaf.text === '') return leaf;
    const isEncrypted = selects(place, false);
    if (isEncrypted) encrypted += 1;
    else clear += 1;
    const readable = isEncrypted ? place.keys : [...place.keys, leaf.text];
    if (readable.some((text) => LINE_SEPARATOR.test(text))) separators.push(at(leaf));
    return leaf;
  });
  return { encrypted, clear, separators };
}

/**
 * What a selector leaves readable: a file of which nothing would be encrypted, and line separators, which sops damages
 * when it edits the file. Secrets are for `secretsLeftInClear` to find.
 * @param path of the file, for problems
 */
export function exposures(reading: Reading, selector: Selector, selects: Selects, path: string): readonly Problem[] {
  const { encrypted, clear, separators } = split(reading, selects);
  const problems = separators.map(lineSeparator);
  const isBare = clear > 0 && encrypted === 0;
  return isBare ? [...problems, nothingEncrypted(path, `${selector.kind}: ${selector.text}`)] : problems;
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
