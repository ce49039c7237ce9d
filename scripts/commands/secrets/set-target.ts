/** Which file a secret belongs into. */
import { formatPath, type KeyPath } from '../../config/path.ts';
import { referenceName } from '../../config/references.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { parseYaml, type YamlFile } from '../../config/yaml.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { pathOf } from '../../secrets/sops/names.ts';
import { loadInputs } from '../../system/inputs.ts';
import { SECRET_KEYS } from '../../types.ts';
import type { Context } from '../context.ts';
import { generatedPaths, projectPath } from './files.ts';
import { ownPlace, type OwnPlace } from './own-place.ts';

/** What cluster.sops.yaml may hold: it is the sealed half of cluster.yaml. */
const INPUT_KEYS: ReadonlySet<string | number> = new Set([...SECRET_KEYS, 'vars']);

/**
 * The file that was named, or by the name the input that it belongs into, or the provider that keeps such names.
 * @throws Refusal 2 where `configure` would overwrite it, or cluster.yaml says the same already
 */
export async function targetOf(context: Context, name: string, file: string | null): Promise<OwnPlace> {
  const [key = ''] = pathOf(name);
  if (file !== null) return { file: await writable(context, name, projectPath(context, file)) };
  const place = INPUT_KEYS.has(key) ? { file: SEALED_FILE } : await ownPlace(context);
  return 'provider' in place ? place : { file: await writable(context, name, place.file) };
}

async function writable(context: Context, name: string, target: string): Promise<string> {
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
  const value = writtenValue(yaml, path);
  if (value !== undefined) throw new Refusal([setElsewhere(yaml, path, value, call)], Exit.refusedInput);
}

function writtenValue({ value }: YamlFile, path: KeyPath): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

function setElsewhere({ places }: YamlFile, path: KeyPath, value: unknown, call: string): Problem {
  const { file, line, column } = places.key(path);
  const reference = referenceName(value);
  const message = `${formatPath(path)} is written in ${file}, and may be in one of the two files only`;
  const hint =
    reference === null
      ? `edit it there and run \`${call} configure\`; or seal all credentials: \`${call} init --commit-config\``
      : `it refers to secret://${reference}: \`${call} secrets set ${reference}\` sets that`;
  return { code: 'set-elsewhere', severity: 'error', message, hint, file, line, column };
}
