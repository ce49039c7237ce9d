/**
 * The resolve stage: what the inputs do not say themselves is looked up, and both files are proven again with it. It fails
 * closed: a value that is not found stops the run, and is never an empty text. Only a sealed input that no key here opens
 * may stay closed; then what was sealed from it stays as it is.
 */
import type { Resolution } from '../config/deferred.ts';
import { formatPath } from '../config/path.ts';
import { CLUSTER_FILE } from '../config/rules/rule.ts';
import { reveal } from '../config/secret.ts';
import { validate, type InputSources, type Validated } from '../config/validate.ts';
import { checked, type Checked, type Problem } from '../problem.ts';
import { open } from '../secrets/open.ts';
import { plainValue } from '../secrets/tree/values.ts';
import type { Config, Deferred, InputPath } from '../types.ts';
import type { Context } from './context.ts';
import { keysAtHand } from './keys.ts';
import { providerFor } from './secret-provider.ts';

/** From inputs of which some values are not known to such that say everything, or to what is wrong. */
export type Resolve = (context: Context, sources: InputSources, config: Config) => Promise<Validated>;

export const resolve: Resolve = async (context, sources, config) => {
  const sealed = await openSealedInput(context, sources);
  if (isClosed(sealed)) return stillClosed(config, sources, sealed.problems);
  const references = await lookUp(context, config);
  const problems = [...sealed.problems, ...references.problems];
  if (!sealed.ok || !references.ok) return { ok: false, problems, ignored: [] };
  return validate(sources, { sealed: sealed.value, references: references.value });
};

/** The values of cluster.sops.yaml; null when there is none. */
async function openSealedInput(context: Context, { sealed }: InputSources): Promise<Checked<Resolution['sealed']>> {
  if (sealed === undefined) return checked(null);
  if (!sealed.ok) return sealed;
  const opened = await open(sealed.value, await keysAtHand(context));
  if (!opened.ok) return opened;
  const [document] = opened.value.tree;
  return checked(document === undefined ? {} : (plainValue(document) as Resolution['sealed']));
}

/** Each secret that cluster.yaml refers to, by name; each name is asked for once. */
async function lookUp(context: Context, config: Config): Promise<Checked<Resolution['references']>> {
  const asked = config.unresolved.filter((deferred) => deferred.reference !== null);
  if (asked.length === 0) return checked(new Map());
  const provider = providerFor(context, config.cluster.secrets);
  const names = [...new Set(asked.map(({ reference }) => reference ?? ''))];
  const answers = await Promise.all(names.map(async (name) => [name, await provider.get(name)] as const));
  const found = answers.flatMap(([name, answer]) => (answer.ok ? [[name, reveal(answer.value)] as const] : []));
  const problems = answers.flatMap(([name, answer]) => answer.problems.map(atReference(config, asked, name)));
  return checked(new Map(found), oncePerCause(problems));
}

/** A provider knows the name of a secret, not who asked for it. */
function atReference(config: Config, asked: readonly Deferred[], name: string): (problem: Problem) => Problem {
  const [first] = asked.filter(({ reference }) => reference === name);
  const path: InputPath = [CLUSTER_FILE, ...(first?.path ?? [])];
  const place = { ...config.locate(path), path: formatPath(path.slice(1)) };
  return (problem) => ({ ...problem, message: `secret://${name}: ${problem.message}`, ...place });
}

/** A server that is down fails every name alike: that is said once, at the first of them. */
function oncePerCause(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, hint = '' }) => {
    const cause = `${code} ${hint}`;
    return code === 'secret-missing' || (!seen.has(cause) && seen.add(cause));
  });
}

const isClosed = ({ problems }: Checked<unknown>): boolean =>
  problems.length > 0 && problems.every(({ code }) => code === 'no-key');

/** What can be said without the key has been said already. */
function stillClosed(config: Config, sources: InputSources, why: readonly Problem[]): Validated {
  const { problems, ignored } = validate(sources);
  return { ...checked(config, [...problems, ...why.map(asNote)]), ignored };
}

const asNote = (problem: Problem): Problem => ({
  ...problem,
  code: 'inputs-closed',
  severity: 'note',
  message: `${problem.message}; what is sealed from it stays as it is`,
});
