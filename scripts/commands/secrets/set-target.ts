/** Which file a secret belongs into. */
import { formatPath, type KeyPath } from '../../config/path.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { parseYaml, type YamlFile } from '../../config/yaml.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { pathOf } from '../../secrets/names.ts';
import { loadInputs } from '../../system/inputs.ts';
import { SECRET_KEYS } from '../../types.ts';
import type { Context } from '../context.ts';
import { generatedPaths, projectPath } from './files.ts';
import { OWN_SECRETS } from './places.ts';

/** What cluster.sops.yaml may hold: it is the sealed half of cluster.yaml. */
const INPUT_KEYS: ReadonlySet<string | number> = new Set([...SECRET_KEYS, 'vars']);

/**
 * The file that was named, or by the name the input that it belongs into.
 * @throws Refusal 2 where `configure` would overwrite it, or cluster.yaml says the same already
 */
export async function targetOf(context: Context, name: string, file: string | null): Promise<string> {
  const [key = ''] = pathOf(name);
  const target = file === null ? (INPUT_KEYS.has(key) ? SEALED_FILE : OWN_SECRETS) : projectPath(context, file);
  const isGenerated = await generatedPaths(context);
  if (isGenerated(target)) throw new Refusal([generated(target, name)], Exit.refusedInput);
  if (target === SEALED_FILE) await refuseLiteral(context, pathOf(name));
  return target;
}

function generated(path: string, name: string): Problem {
  const message = `${path} is generated: the next \`nigari configure\` would overwrite what is set there`;
  const hint = `set it in the input: \`nigari secrets set ${name}\`, then \`nigari configure\``;
  return { code: 'generated-file', severity: 'error', message, hint, file: path };
}

/** A value in both files would be an error, so the second is not written. */
async function refuseLiteral({ root, call }: Context, path: KeyPath): Promise<void> {
  const { cluster } = await loadInputs(root);
  if (!cluster.ok) return;
  const yaml = must(parseYaml(cluster.value), Exit.refusedInput);
  if (isWritten(yaml, path)) throw new Refusal([setElsewhere(yaml, path, call)], Exit.refusedInput);
}

function isWritten({ value }: YamlFile, path: KeyPath): boolean {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = Reflect.get(at, step);
  }
  return true;
}

function setElsewhere({ places }: YamlFile, path: KeyPath, call: string): Problem {
  const { file, line, column } = places.key(path);
  const message = `${formatPath(path)} is written in ${file}, and may be in one of the two files only`;
  const hint = `edit it there and run \`${call} configure\`; or seal all credentials: \`${call} init --commit-config\``;
  return { code: 'set-elsewhere', severity: 'error', message, hint, file, line, column };
}
