/** What a child's environment can hold: asked before a value is sealed, and again before it is passed. */
import { secret, type Secret } from '../../config/secret.ts';
import { checked, type Checked, type Problem } from '../../problem.ts';
import type { Artifact } from '../../types.ts';
import { holdsAny } from './clear.ts';
import { isScalar, type Entry, type Scalar } from '../tree/tree.ts';
import { readYaml, type Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';

/** Names that every shell and program accepts. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** MAX_ARG_STRLEN of Linux: 32 pages for the name, `=`, the value and the NUL behind it. More, and the child cannot start. */
const MAX_VARIABLE_BYTES = 131_072;

/** How a value reads as an environment variable. Where sops would print it in another form, it is refused. */
const AS_TEXT: Readonly<Record<Scalar['kind'], ((text: string) => string) | null>> = {
  str: (text) => text,
  int: (text) => text,
  bool: (text) => text.toLowerCase(),
  float: null,
  time: null,
  null: null,
};

/** The text that a scalar is for whoever wants text; null where programs would print it in different ways. */
export function scalarText({ kind, text }: Scalar): string | null {
  return AS_TEXT[kind]?.(text) ?? null;
}

/**
 * The top-level values of an opened file, to pass to a child as environment.
 * @returns problems of code `not-a-variable`, each at its key, for names and values that an environment cannot hold
 */
export function openValues({ tree, at }: Reading): Checked<ReadonlyMap<string, Secret>> {
  const values = new Map<string, Secret>();
  const problems: Problem[] = [];
  for (const entry of tree.flatMap((document) => document.items)) {
    if (entry.kind === 'comment') continue;
    const text = variableText(entry);
    if (typeof text === 'string') values.set(entry.key, secret(text));
    else problems.push(notAVariable(entry.key, text.fault, at(entry)));
  }
  return checked<ReadonlyMap<string, Secret>>(values, problems);
}

function variableText({ key, value }: Entry): string | { readonly fault: string } {
  if (!isVariable(key)) return { fault: 'its name has characters that no variable has' };
  if (!isScalar(value)) return { fault: 'it is a list or a mapping' };
  const text = scalarText(value);
  if (text === null) return { fault: `it is of type ${value.kind}: put it in quotes` };
  const fault = variableFault(key, text);
  return fault === null ? text : { fault };
}

/** Whether a name is one that every shell and program takes for a variable's. */
export const isVariable = (name: string): boolean => VARIABLE.test(name);

/** Why no environment can hold a text under a name, as the end of a sentence, or null. */
export function variableFault(name: string, text: string): string | null {
  if (text.includes('\0')) return 'it holds a NUL character';
  const bytes = Buffer.byteLength(`${name}=${text}\0`);
  return bytes > MAX_VARIABLE_BYTES ? `it is too large: Linux passes ${MAX_VARIABLE_BYTES} bytes at most` : null;
}

function notAVariable(key: string, fault: string, at: At): Problem {
  const message = `${key} cannot be an environment variable: ${fault}`;
  return { code: 'not-a-variable', severity: 'error', message, hint: 'rename it, or store it another way', ...at };
}

/**
 * What `infra plan` or `exec` would refuse to pass on, found before it is sealed.
 * @param artifacts those that are opened for a child's environment
 * @returns problems of code `not-a-variable`, at the template; what is no YAML is for others to refuse
 */
export function notPassable(artifacts: readonly Artifact[]): readonly Problem[] {
  return artifacts.flatMap((artifact) => {
    const reading = readYaml(artifact);
    const at = () => ({ file: artifact.template });
    const found = reading.ok ? openValues({ tree: reading.value.tree, at }).problems : [];
    const holds = holdsAny(artifact.secrets ?? []);
    // A key that is secret itself is refused where it is sealed, and not named.
    return found.filter(({ message }) => !holds(message));
  });
}
