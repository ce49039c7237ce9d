/**
 * Artifacts → problems: each parses as what it claims to be, the variable values say what the model says, no two files
 * collide, none leaves the project or takes the place of a file that is the user's.
 */
import { isMapping } from '../config/mapping.ts';
import type { Problem } from '../problem.ts';
import type { Artifact, Model } from '../types.ts';
import { parseBack, Unparsable } from './parse-back.ts';
import { pathFault, type PathFault } from './path-fault.ts';

/** Every problem of everything that was rendered; empty when it may be written. */
export async function verify(artifacts: readonly Artifact[], model: Model): Promise<readonly Problem[]> {
  const parsed = await Promise.all(artifacts.map((artifact) => verifyText(artifact, model)));
  return [...artifacts.flatMap(verifyPath), ...collisions(artifacts), ...parsed.flat()];
}

function problemOf(artifact: Artifact, code: string, message: string, hint: string): Problem {
  return { code, severity: 'error', file: artifact.template, message, hint };
}

const PATH_FAULTS: Readonly<Record<PathFault, (path: string) => string>> = {
  outside: (path) => `the name leads out of the project or is none that every system allows: ${JSON.stringify(path)}`,
  reserved: (path) => `${path} is not a file that a template may write`,
};

function verifyPath(artifact: Artifact): readonly Problem[] {
  const fault = pathFault(artifact.path);
  if (fault === null) return [];
  return [problemOf(artifact, `path-${fault}`, PATH_FAULTS[fault](artifact.path), 'rename the template')];
}

/** Case-insensitive: on macOS and Windows `Main.tf` and `main.tf` are one file, on macOS both forms of `é` too. */
function collisions(artifacts: readonly Artifact[]): readonly Problem[] {
  const first = new Map<string, Artifact>();
  // Shorter paths first: a file is met before what pretends to lie in it.
  const inOrder = artifacts.toSorted((a, b) => a.path.length - b.path.length);
  return inOrder.flatMap((artifact) => {
    const key = keyOf(artifact.path);
    const other =
      first.get(key) ??
      foldersOf(key)
        .map((folder) => first.get(folder))
        .find(Boolean);
    if (!other) {
      first.set(key, artifact);
      return [];
    }
    return [
      problemOf(
        artifact,
        'path-collision',
        `${artifact.path} is also made from ${other.template}`,
        'rename one of the templates',
      ),
    ];
  });
}

const keyOf = (path: string): string => path.normalize('NFC').toLowerCase();

/** The folders that a file lies in: none of them can be a file as well. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function verifyText(artifact: Artifact, model: Model): Promise<readonly Problem[]> {
  try {
    const value = await parseBack(artifact);
    return artifact.path.endsWith('.tfvars') ? differences(artifact, value, model) : [];
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    return [unparsable(artifact, error)];
  }
}

/** The words of a parser may quote the text, so a secret artifact gets only the line. */
function unparsable(artifact: Artifact, { line, message }: Unparsable): Problem {
  const where = line === undefined ? '' : `, line ${line}`;
  const what = `what it renders for ${artifact.path} does not parse${where}${artifact.secret ? '' : `: ${message}`}`;
  const said = artifact.secret ? '' : lineOf(artifact, line).trim().slice(0, 120);
  const problem = problemOf(
    artifact,
    'output-unparsable',
    what,
    said === '' ? 'look at the template' : `rendered: ${said}`,
  );
  const origin = artifact.lines?.[(line ?? 0) - 1];
  return origin ? { ...problem, ...origin, column: 1 } : problem;
}

function lineOf({ bytes }: Artifact, line = 0): string {
  return new TextDecoder().decode(bytes).split('\n')[line - 1] ?? '';
}

/**
 * A variable named like a key of the model must have exactly the model's value. Other names are a template's own.
 * OpenTofu reads strings in Unicode NFC, so that is how they are compared.
 */
function differences(artifact: Artifact, value: unknown, model: Model): readonly Problem[] {
  const instance = model.instances.find(({ directory }) => artifact.path.startsWith(`${directory}/`));
  const known: Readonly<Record<string, unknown>> = { ...model.cluster, ...instance, nodes: model.nodes };
  const variables = Object.entries(value as Record<string, unknown>).filter(([name]) => Object.hasOwn(known, name));
  const wrong = variables.filter(([name, written]) => !says(written, known[name]));
  return wrong.map(([name]) =>
    problemOf(
      artifact,
      'output-differs',
      `${name} in ${artifact.path} is not what the model says`,
      'print the value itself, without quotes around it',
    ),
  );
}

/** What was written may leave out members of the model's objects, never change or add to them. */
function says(written: unknown, meant: unknown): boolean {
  if (typeof written === 'string' && typeof meant === 'string')
    return written.normalize('NFC') === meant.normalize('NFC');
  if (Array.isArray(written) && Array.isArray(meant)) {
    return written.length === meant.length && written.every((item, index) => says(item, meant[index]));
  }
  if (isMapping(written) && isMapping(meant)) {
    const names = new Map(Object.keys(meant).map((name) => [name.normalize('NFC'), name]));
    return Object.entries(written).every(([name, item]) => names.has(name) && says(item, meant[names.get(name)!]));
  }
  return written === meant;
}
