/** Which file is edited. One that `configure` generates is not the place where its values are kept. */
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { CLUSTER_FILE } from '../../config/rules/rule.ts';
import { parseYaml } from '../../config/yaml.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import { entriesOf } from '../../secrets/tree/tree.ts';
import { loadInputs } from '../../system/inputs.ts';
import { ask, canAsk } from '../../system/prompt.ts';
import type { Context } from '../context.ts';
import { readFileOf } from '../sealed-files.ts';
import { isThere, SECRETS_FILE } from '../init/survey.ts';
import { generatedPaths, projectPath } from './files.ts';
import { ownPlace } from './own-place.ts';

/** What is edited when nothing is named: the first of these that is there. */
async function defaults(context: Context): Promise<readonly string[]> {
  const own = await ownPlace(context);
  return [SEALED_FILE, ...('file' in own ? [own.file] : []), SECRETS_FILE];
}

/**
 * @param named null for the default
 * @param force edits a generated file all the same
 * @returns its path in the project; `cluster.yaml` where the person wants to edit that instead
 * @throws Refusal 2 for a generated file when nobody can be asked, 130 when the person has had enough
 */
export async function editTarget(context: Context, named: string | null, force: boolean): Promise<string> {
  const path = named === null ? await defaultFile(context) : projectPath(context, named);
  const isGenerated = await generatedPaths(context);
  return force || !isGenerated(path) ? path : insteadOf(context, path);
}

async function defaultFile(context: Context): Promise<string> {
  const paths = await defaults(context);
  for (const path of paths) if (await isThere(context.root, path)) return path;
  throw new Refusal([nothingSealed(paths, context.call)], Exit.refusedInput);
}

async function insteadOf(context: Context, path: string): Promise<string> {
  const input = (await isThere(context.root, SEALED_FILE)) ? SEALED_FILE : CLUSTER_FILE;
  const problem = overwritten(path, await homesOf(context, path), `${context.call} secrets edit ${input}`);
  if (!canAsk()) throw new Refusal([problem], Exit.refusedInput);
  context.reporter.problems([{ ...problem, severity: 'warning' }]);
  const answer = await ask(`Edit ${input} instead? [Y]es, [n]o, [a]nyway ${path}: `, context.signal);
  const target = { '': input, y: input, yes: input, a: path, anyway: path }[answer?.trim().toLowerCase() ?? 'no'];
  if (target === undefined) throw new Refusal([], Exit.interrupted);
  return target;
}

/** Where the values of a generated file come from: `tfstate_password: cluster.yaml:41`. */
async function homesOf(context: Context, path: string): Promise<readonly string[]> {
  const { cluster } = await loadInputs(context.root);
  const written = cluster.ok ? parseYaml(cluster.value) : cluster;
  const sealed = await keysOf(context, SEALED_FILE);
  return (await keysOf(context, path)).flatMap((key) => {
    if (sealed.includes(key)) return [`${key}: ${SEALED_FILE}`];
    if (!written.ok || !Object.hasOwn(written.value.value, key)) return [];
    return [`${key}: ${CLUSTER_FILE}:${written.value.places.key([key]).line}`];
  });
}

async function keysOf(context: Context, path: string): Promise<readonly string[]> {
  const file = await readFileOf(context, path);
  const sealed = file === null ? null : readSealed(file);
  return sealed?.ok ? sealed.value.tree.flatMap((document) => entriesOf(document).map(({ key }) => key)) : [];
}

function overwritten(path: string, homes: readonly string[], instead: string): Problem {
  const values = homes.length === 0 ? [] : ['its values are kept in', ...homes.map((home) => `  ${home}`)];
  return {
    code: 'generated-file',
    severity: 'error',
    message: `${path} is generated: the next \`nigari configure\` would overwrite what is edited there`,
    hint: [`edit the input instead: ${instead}; or this all the same, with --force`, ...values].join('\n'),
    file: path,
  };
}

const nothingSealed = (paths: readonly string[], call: string): Problem => ({
  code: 'nothing-sealed',
  severity: 'error',
  message: `nothing is sealed here yet: there is none of ${paths.join(', ')}`,
  hint: `name the file that is to be: \`${call} secrets edit ${SEALED_FILE}\``,
});
