/** `templates/` of nigari and of the project → one list, the project's files before the built-in ones. */
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checked, hasErrors, refused, type Checked, type Problem } from '../problem.ts';
import type { Template } from '../types.ts';
import { isInside } from './confine.ts';
import { errno, ioProblem } from './io-problem.ts';

/** Two folders that hold a `templates/`: nigari's own and the project's. In a clone they are one and the same. */
export interface TemplateRoots {
  readonly builtIn: string;
  readonly project: string;
}

/**
 * Reads every template; a file of the project's replaces the built-in one of the same path.
 * @returns the templates sorted by path, or every problem: `template-misplaced`, `template-link-outside`,
 *   `template-link-circle`, `template-not-a-file`, `templates-missing` (nigari's own), or what the system refused
 */
export async function loadTemplates({ builtIn, project }: TemplateRoots): Promise<Checked<readonly Template[]>> {
  const own = await readTree(builtIn, true);
  if (own === null) return refused(templatesMissing);
  const theirs = (await isSame(builtIn, project)) ? null : await readTree(project, false);
  const trees = theirs === null ? [own] : [own, theirs];
  const problems = trees.flatMap((tree) => tree.problems);
  if (hasErrors(problems)) return refused(...problems);
  const byPath = new Map(trees.flatMap((tree) => tree.templates).map((template) => [template.path, template]));
  return checked([...byPath.values()].toSorted(byPathInOrder), problems);
}

const byPathInOrder = (a: Template, b: Template): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

async function isSame(one: string, other: string): Promise<boolean> {
  const real = (folder: string) => realpath(join(folder, 'templates')).catch(() => null);
  return (await real(one)) === (await real(other));
}

interface Tree {
  readonly templates: Template[];
  readonly problems: Problem[];
}

/** One folder of a walk: its path as messages name it, where it really is, and the real folders above it. */
interface Folder {
  readonly path: string;
  readonly real: string;
  readonly above: readonly string[];
}

/** Null when `root` has no `templates/`. */
async function readTree(root: string, builtIn: boolean): Promise<Tree | null> {
  const tree: Tree = { templates: [], problems: [] };
  try {
    const real = await realpath(join(root, 'templates'));
    await readFolder({ path: 'templates', real, above: [] }, builtIn, tree);
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    tree.problems.push(ioProblem(error, 'list', 'templates'));
  }
  return tree;
}

/** What editors and desktops leave behind. */
const JUNK = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\.git|.*~|\..*\.sw[a-p]|.*\.swp|#.*#|\.#.*)$/;

async function readFolder(folder: Folder, builtIn: boolean, tree: Tree): Promise<void> {
  const names = await readdir(folder.real);
  for (const name of names.filter((name) => !JUNK.test(name)).toSorted()) {
    const path = `${folder.path}/${name}`;
    try {
      await readEntry(path, join(folder.real, name), folder, builtIn, tree);
    } catch (error) {
      tree.problems.push(ioProblem(error, 'read', path));
    }
  }
}

async function readEntry(path: string, file: string, folder: Folder, builtIn: boolean, tree: Tree): Promise<void> {
  const real = await realpath(file);
  const above = [...folder.above, folder.real];
  if (!isInside(above[0] ?? real, real)) return void tree.problems.push(linkOutside(path));
  if (above.includes(real)) return void tree.problems.push(linkCircle(path));
  const found = await stat(real);
  if (found.isDirectory()) return readFolder({ path, real, above }, builtIn, tree);
  if (!found.isFile()) return void tree.problems.push(notAFile(path));
  const place = placeOf(path);
  if (place === 'notes') return;
  if (place === null) return void tree.problems.push(misplaced(path));
  const executable = (found.mode & 0o111) !== 0;
  tree.templates.push({ path, ...place, bytes: await readFile(real), executable, builtIn });
}

/** The scope of a path, null when it has none; `templates/README.md` is a note to people. */
function placeOf(path: string): Pick<Template, 'scope' | 'kind' | 'target'> | 'notes' | null {
  const [, scope, ...rest] = path.split('/');
  if (rest.length === 0) return /^readme(\.\w+)?$/i.test(scope ?? '') ? 'notes' : null;
  if (scope === 'project' || scope === 'stack') return { scope, kind: null, target: rest.join('/') };
  const [kind = '', ...target] = rest;
  return scope === 'kinds' && target.length > 0 ? { scope: 'kind', kind, target: target.join('/') } : null;
}

const templatesMissing: Problem = {
  code: 'templates-missing',
  severity: 'error',
  message: "nigari's own templates/ is missing",
  hint: 'install nigari again',
};

const misplaced = (path: string): Problem => ({
  code: 'template-misplaced',
  severity: 'error',
  file: path,
  message: `${path} is in none of the folders that are rendered`,
  hint: 'move it below templates/project/ (once per project), templates/stack/ (once per instance) or templates/kinds/<kind>/',
});

const linkOutside = (path: string): Problem => ({
  code: 'template-link-outside',
  severity: 'error',
  file: path,
  message: `${path} is a symbolic link that leaves templates/`,
  hint: 'copy the file into templates/ instead',
});

const linkCircle = (path: string): Problem => ({
  code: 'template-link-circle',
  severity: 'error',
  file: path,
  message: `${path} links to a folder that it is in`,
  hint: 'remove the link',
});

const notAFile = (path: string): Problem => ({
  code: 'template-not-a-file',
  severity: 'error',
  file: path,
  message: `${path} is neither a file nor a folder`,
  hint: 'remove it from templates/',
});
