/** What everybody could read of a file that git is to take: by its name, by what it is, by what stands in it. */
import type { Problem } from '../../problem.ts';
import type { Knowledge } from './knowledge.ts';
import { needles, type Needle } from './needles.ts';
import { secretName } from './names.ts';
import { search, type Search } from './search.ts';
import { shapeLeaks } from './shapes.ts';

/** A file of which the bytes come piece by piece. */
export interface Candidate {
  readonly path: string;
  /** A fixture of tests: it may look like a secret, but not hold one that is known. */
  readonly isFixture: boolean;
}

/**
 * Looks at one file after the other.
 * @returns for each a search that ends with its problems, none of which holds any part of a secret
 */
export function leakFinder(knowledge: Knowledge): (file: Candidate) => Search {
  const all = needles(knowledge.secrets, knowledge.open);
  const known = all.filter(({ code }) => code === 'known-secret-in-clear');
  return ({ path, isFixture }) => (isFixture ? search(path, known, () => {}) : judged(path, all, knowledge));
}

function judged(path: string, all: readonly Needle[], knowledge: Knowledge): Search {
  let whole = secretName(path, knowledge.files);
  const { feed, end } = search(path, all, (bytes) => (whole = whole.concat(shapeLeaks({ path, bytes }, knowledge))));
  return { feed, end: () => withoutRepeats(end(), whole) };
}

/** What is said of a place by what the file is says enough. */
function withoutRepeats(found: readonly Problem[], whole: readonly Problem[]): readonly Problem[] {
  const lines = new Set(whole.map(({ line }) => line));
  return [...whole, ...found.filter(({ line }) => !lines.has(line))];
}
