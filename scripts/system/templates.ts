/** `templates/` of nigari and of the project → one list, the project's files before the built-in ones. */
import { readFileSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
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
  const own = readTree(builtIn, true);
  if (own === null) return refused(templatesMissing);
  const theirs = isSame(builtIn, project) ? null : readTree(project, false);
  const trees = theirs === null ? [own] : [own, theirs];
  const problems = trees.flatMap((tree) => tree.problems);
  if (hasErrors(problems)) return refused(...problems);
  const byPath = new Map(trees.flatMap((tree) => tree.templates).map((template) => [template.path, template]));
  return checked([...byPath.values()].toSorted(byPathInOrder), problems);
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const byPathInOrder = (a: Template, b: Template): number => inOrder(a.path, b.path);
const byNameInOrder = (a: Dirent, b: Dirent): number => inOrder(a.name, b.name);

function isSame(one: string, other: string): boolean {
  return realFolder(one) === realFolder(other);
}

/** @returns null where there is none */
function realFolder(root: string): string | null {
  try {
    return realpathSync.native(join(root, 'templates'));
  } catch {
    return null;
  }
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
function readTree(root: string, builtIn: boolean): Tree | null {
  const tree: Tree = { templates: [], problems: [] };
  try {
    const real = realpathSync.native(join(root, 'templates'));
    readFolder({ path: 'templates', real, above: [] }, builtIn, tree);
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    tree.problems.push(ioProblem(error, 'list', 'templates'));
  }
  return tree;
}

/** What editors and desktops leave behind. */
const JUNK = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\.git|.*~|\..*\.sw[a-p]|.*\.swp|#.*#|\.#.*)$/;

function readFolder(folder: Folder, builtIn: boolean, tree: Tree): void {
  const entries = readdirSync(folder.real, { withFileTypes: true }).filter(({ name }) => !JUNK.test(name));
  for (const entry of entries.toSorted(byNameInOrder)) {
    const path = `${folder.path}/${entry.name}`;
    try {
      readEntry(path, entry, folder, builtIn, tree);
    } catch (error) {
      tree.problems.push(ioProblem(error, 'read', path));
    }
  }
}

function readEntry(path: string, entry: Dirent, folder: Folder, builtIn: boolean, tree: Tree): void {
  const file = join(folder.real, entry.name);
  const real = entry.isFile() || entry.isDirectory() ? file : realpathSync.native(file);
  const above = [...folder.above, folder.real];
  if (!isInside(above[0] ?? real, real)) return void tree.problems.push(linkOutside(path));
  if (above.includes(real)) return void tree.problems.push(linkCircle(path));
  const found = statSync(real);
  if (found.isDirectory()) return readFolder({ path, real, above }, builtIn, tree);
  if (!found.isFile()) return void tree.problems.push(notAFile(path));
  const place = placeOf(path);
  if (place === 'notes') return;
  if (place === null) return void tree.problems.push(misplaced(path));
  const executable = (found.mode & 0o111) !== 0;
  tree.templates.push({ path, ...place, bytes: readFileSync(real), executable, builtIn });
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
