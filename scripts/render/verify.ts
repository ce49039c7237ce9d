/**
 * Artifacts → problems: each parses as what it claims to be, the variable values say what the model says, no two files
 * collide, none leaves the project or takes the place of a file that is the user's.
 */
import { posix } from 'node:path';
import type { Problem } from '../problem.ts';
import type { Artifact, Model } from '../types.ts';
import { parseBack, Unparsable } from './parse-back.ts';

/** Every problem of everything that was rendered; empty when it may be written. */
export async function verify(artifacts: readonly Artifact[], model: Model): Promise<readonly Problem[]> {
  const parsed = await Promise.all(artifacts.map((artifact) => verifyText(artifact, model)));
  return [...artifacts.flatMap(verifyPath), ...collisions(artifacts), ...parsed.flat()];
}

/** Files that are the user's own: no template may write them. */
const RESERVED = new Set([
  'cluster.yaml',
  'nodes.yaml',
  'cluster.sops.yaml',
  '.sops.yaml',
  'age.key',
  '.gitignore',
  'package.json',
]);
const RESERVED_FOLDERS = new Set(['.git', '.nigari', 'node_modules', 'templates']);

function problemOf(artifact: Artifact, code: string, message: string, hint: string): Problem {
  return { code, severity: 'error', file: artifact.template, message, hint };
}

function verifyPath(artifact: Artifact): readonly Problem[] {
  const { path } = artifact;
  const parts = path.split('/');
  // Windows' separators, drives and reserved characters are refused everywhere: a project moves between systems.
  const unsafe =
    posix.isAbsolute(path) ||
    posix.normalize(path) !== path ||
    parts.includes('..') ||
    /[\u0000-\u001f<>:"|?*\\]/.test(path);
  if (unsafe)
    return [
      problemOf(
        artifact,
        'path-outside',
        `the name leads out of the project or is none that every system allows: ${JSON.stringify(path)}`,
        'rename the template',
      ),
    ];
  const first = parts[0]!.toLowerCase();
  if (!RESERVED.has(path.toLowerCase()) && !RESERVED_FOLDERS.has(first)) return [];
  return [
    problemOf(artifact, 'path-reserved', `${path} is not a file that a template may write`, 'rename the template'),
  ];
}

/** Case-insensitive: on macOS and Windows `Main.tf` and `main.tf` are one file. */
function collisions(artifacts: readonly Artifact[]): readonly Problem[] {
  const first = new Map<string, Artifact>();
  return artifacts.flatMap((artifact) => {
    const key = artifact.path.toLowerCase();
    const other = first.get(key);
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
function unparsable(artifact: Artifact, error: Unparsable): Problem {
  const where = error.line === undefined ? '' : `, line ${error.line}`;
  const why = artifact.secret ? '' : `: ${error.message}`;
  const line =
    error.line === undefined || artifact.secret
      ? undefined
      : new TextDecoder().decode(artifact.bytes).split('\n')[error.line - 1];
  const hint = line === undefined ? 'look at the template' : `rendered: ${line.trim().slice(0, 120)}`;
  return problemOf(
    artifact,
    'output-unparsable',
    `what it renders for ${artifact.path} does not parse${where}${why}`,
    hint,
  );
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
  if (isObject(written) && isObject(meant)) {
    const names = new Map(Object.keys(meant).map((name) => [name.normalize('NFC'), name]));
    return Object.entries(written).every(([name, item]) => names.has(name) && says(item, meant[names.get(name)!]));
  }
  return written === meant;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
