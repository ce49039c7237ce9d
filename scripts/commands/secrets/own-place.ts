/** Where the user keeps secrets by names of their own: `secrets` in cluster.yaml says it. */
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { parseYaml } from '../../config/yaml.ts';
import { validate } from '../../config/validate.ts';
import { Exit, must } from '../../problem.ts';
import type { SecretProvider } from '../../secrets/provider.ts';
import { chosenProvider, settingsOf, type SecretsYaml } from '../../secrets/providers/settings.ts';
import { loadInputs } from '../../system/inputs.ts';
import { refuse, type Context } from '../context.ts';
import { providerFor } from '../secret-provider.ts';

/** A sealed file, which every command here can read and change; or a provider that keeps them in something else. */
export type OwnPlace = { readonly file: string } | { readonly provider: SecretProvider };

/** @throws Refusal 2 when that part of cluster.yaml is wrong */
export async function ownPlace(context: Context): Promise<OwnPlace> {
  const secrets = await secretsYaml(context);
  if (chosenProvider(secrets) === 'sops-age') return { file: settingsOf('sops-age', secrets).file };
  return { provider: providerFor(context, secrets) };
}

/** Whether `configure` reads a sealed file. */
export async function isInput(context: Context, path: string): Promise<boolean> {
  const own = await ownPlace(context);
  return path === SEALED_FILE || ('file' in own && path === own.file);
}

/** Whatever is wrong with the rest of the file, or when there is none yet: secrets come before a whole cluster.yaml. */
async function secretsYaml({ root }: Context): Promise<SecretsYaml | undefined> {
  const sources = await loadInputs(root);
  if (!sources.cluster.ok) return undefined;
  const { value } = must(parseYaml(sources.cluster.value), Exit.refusedInput);
  const { problems } = validate(sources);
  refuse(
    problems.filter(({ path = '' }) => /^secrets\b/.test(path)),
    Exit.refusedInput,
  );
  return value['secrets'] as SecretsYaml | undefined;
}
