/** What to do about a secret in clear that git has, or is to take. */
import { shellQuoted } from '../../completion/quote.ts';
import type { Problem } from '../../problem.ts';
import type { Which } from '../../system/git-blobs.ts';

const UNTRACK = (path: string): string => `git rm --cached ${path}`;

/** By code; of all others the text is to be taken out. */
const MEND: Readonly<Record<string, (path: string) => string>> = {
  'secret-file': UNTRACK,
  'state-in-clear': UNTRACK,
  'not-sealed': (path) => `seal it (\`nigari secrets encrypt ${path}\`), then git add ${path}`,
  'vault-in-clear': (path) => `encrypt it (ansible-vault encrypt ${path}), then git add ${path}`,
  'value-in-clear': (path) => `take it out again, enter it with \`nigari secrets edit ${path}\`, then git add ${path}`,
  'credential-in-clear': (path) =>
    `move it to the sealed cluster.sops.yaml (\`nigari init --commit-config\`), then git add ${path}; or git rm --cached ${path}`,
};

/** Once it is in a commit, no later one takes it away. */
const AFTERWARDS: Readonly<Record<Which['which'], string>> = {
  staged: '',
  tracked: '; it stays in the history: change the secret, too',
  range: '; and rewrite these commits (git rebase) before anybody has them, or change the secret',
};

/** One sentence for the hint of a problem that `findLeaks` found; a problem that has one of its own keeps it. */
export function remedy({ code, file = '', hint }: Problem, { which }: Which): string {
  if (hint !== undefined && !(code in MEND)) return hint;
  const path = /^[\w./@%+-]+$/.test(file) ? file : shellQuoted(file);
  const mend = MEND[code] ?? ((path: string) => `take it out there, then git add ${path}`);
  return mend(path) + AFTERWARDS[which];
}
