/** How git comes to show and merge sealed files by key: attributes, which a repository keeps, and settings, which a clone keeps. */
import { shellQuoted } from '../../completion/quote.ts';
import { askGit } from '../../system/git.ts';
import { findOnPath } from '../../system/programs.ts';
import { callFor, type Context } from '../context.ts';
import { withBlock, type Marks } from './marked-block.ts';

const MARKS: Marks = { begin: '# >>> nigari: how git shows and merges sealed files', end: '# <<< nigari' };

/** Something stands before `.sops`: `.sops.yaml` itself is no sealed file. Without the settings git passes over both words. */
const ATTRIBUTES = ['?*.sops.yaml', '?*.sops.yml'].map((pattern) => `${pattern} diff=nigari merge=nigari`);

/** @param text of the present `.gitattributes`, empty when there is none */
export function withAttributesBlock(text: string): string {
  return withBlock(text, MARKS, () => ATTRIBUTES);
}

/** `git config` knows them by these names (gitattributes(5)). */
const SETTINGS: readonly (readonly [name: string, args: string])[] = [
  ['diff.nigari.textconv', 'secrets diff --textconv'],
  ['merge.nigari.driver', 'secrets merge --driver %O %A %B %P'],
];

/** What to run in a clone that has not both settings; null where there is nothing to do, or no git. */
export async function gitSettingsNote({ root, env }: Pick<Context, 'root' | 'env'>): Promise<string | null> {
  const git = await findOnPath('git', env);
  if (git === null) return null;
  const missing: string[] = [];
  const call = callFromGit((await askGit(git, root, ['rev-parse', '--show-prefix'])) ?? '');
  for (const [name, args] of SETTINGS) {
    if ((await askGit(git, root, ['config', '--get', name])) !== null) continue;
    missing.push(`  git config ${name} ${shellQuoted(`${call} ${args}`)}`);
  }
  return missing.length === 0 ? null : [INTRODUCTION, ...missing].join('\n');
}

const INTRODUCTION = 'To let git show and merge sealed files by key, once in each clone:';

/** Git runs it at the top of its work tree. Nothing is ever fetched: `--no`. @param prefix the project's path from there */
function callFromGit(prefix: string): string {
  const folder = prefix.replace(/\/$/, '');
  const options = folder === '' ? '--no' : `--no --prefix ${shellQuoted(folder)}`;
  return callFor(folder === '' ? '.' : folder).replace('npx', () => `npx ${options}`);
}
