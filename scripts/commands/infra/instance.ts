/** The instance that a command is about, read from what `configure` rendered, and opened for one run. */
import { MANIFEST_FILE, type Manifest } from '../../changes/manifest.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { readHcl, Unparsable } from '../../render/parse-back.ts';
import { plainValues } from '../../secrets/mask.ts';
import { openValues } from '../../secrets/guards/variables.ts';
import { readInitInputs } from '../../system/init-record.ts';
import { readTofuSettings } from '../../system/tofu-settings.ts';
import { missingCredentials, type Secrets } from '../../tofu/environment.ts';
import { renderedInstance, type RenderedInstance } from '../../tofu/rendered-instance.ts';
import type { Needs } from '../../tofu/subcommands.ts';
import { readOwnManifest } from '../configure/project-tree.ts';
import type { Context } from '../context.ts';
import { SECRETS_FILE } from '../init/survey.ts';
import { notConfigured, openFile, readFileOf } from '../sealed-files.ts';
import { findTofu, refuseWithout, type TofuRun } from './tofu.ts';

/** What every run of OpenTofu starts from. */
export interface Prepared extends TofuRun {
  readonly instance: RenderedInstance;
  readonly manifest: Manifest;
}

/** What was rendered, without a key or a tofu. @throws Refusal 2 when nothing was, or it is gone or no HCL */
async function readRendered(context: Context): Promise<Pick<Prepared, 'instance' | 'manifest'>> {
  const { manifest } = await readOwnManifest(context, () => {});
  if (manifest === null) throw new Refusal([notConfigured(MANIFEST_FILE, context.call)], Exit.refusedInput);
  return { manifest, instance: await readInstance(context, manifest) };
}

/** What was rendered, and what is sealed for it, without a tofu. @throws Refusal 2 where no key opens it */
export async function openRendered(context: Context): Promise<Omit<Prepared, 'tofu'>> {
  const { manifest, instance } = await readRendered(context);
  const secrets = await openSecrets(context, instance, manifest);
  return { manifest, instance, secrets, known: plainValues(instance.variables) };
}

/**
 * @param needs of the subcommand: without credentials that it needs tofu is never started
 * @throws Refusal 2 when nothing was rendered, no key opens the secrets, or some are missing; 4 when there is no tofu
 */
export async function prepare(context: Context, needs: Needs): Promise<Prepared> {
  const { manifest, instance } = await readRendered(context);
  must(readTofuSettings(context), Exit.refusedInput);
  if (needs === 'everything') await refuseUnsaved(context, instance);
  if (instance.encryption !== null && /\bunencrypted\b/.test(context.env['TF_ENCRYPTION'] ?? ''))
    throw new Refusal([encryptionWeakened], Exit.refusedInput);
  const tofu = must(await findTofu(context), Exit.otherProgram);
  const isSecretNeeded = needs === 'state' || needs === 'everything';
  const secrets = isSecretNeeded ? await openSecrets(context, instance, manifest) : new Map();
  refuseWithout(missingCredentials(instance, secrets, needs, context.env));
  return { tofu, instance, manifest, secrets, known: plainValues(instance.variables) };
}

async function readInstance(context: Context, manifest: Manifest): Promise<RenderedInstance> {
  const [directory] = manifest.instances.keys();
  if (directory === undefined) throw new Refusal([noInstance], Exit.refusedInput);
  const files = must(await readInitInputs(context.root, directory), Exit.refusedInput);
  if (files.size === 0) throw new Refusal([notConfigured(directory, context.call)], Exit.refusedInput);
  const variables = await readFileOf(context, `${directory}/terraform.tfvars`);
  const all = new Map([...files, ...(variables === null ? [] : [['terraform.tfvars', variables.bytes] as const])]);
  const parsed = [...all]
    .filter(([name]) => /\.(tf|tofu|tfvars)$/.test(name))
    .map(async ([name, bytes]) => [name, await parse(`${directory}/${name}`, bytes)] as const);
  return renderedInstance(
    { directory, secrets_file: SECRETS_FILE, kind: kindOf(manifest, directory) },
    new Map(await Promise.all(parsed)),
  );
}

async function parse(path: string, bytes: Uint8Array): Promise<unknown> {
  try {
    return await readHcl(new TextDecoder().decode(bytes), path);
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    throw new Refusal(
      [
        {
          code: 'hcl-invalid',
          severity: 'error',
          file: path,
          ...(error.line !== undefined && { line: error.line }),
          message: error.message,
          hint: 'mend it, or let `nigari configure --force` write it anew',
        },
      ],
      Exit.refusedInput,
    );
  }
}

/** OpenTofu itself goes on from the state before, and makes once more what it has made. */
async function refuseUnsaved(context: Context, { directory }: RenderedInstance): Promise<void> {
  const path = unsavedState(directory);
  if ((await readFileOf(context, path)) !== null) throw new Refusal([stateUnsaved(path)], Exit.refusedInput);
}

/** Its templates say so. */
function kindOf({ files }: Manifest, directory: string): string {
  const templates = [...files].filter(([path]) => path.startsWith(`${directory}/`)).map(([, { template }]) => template);
  return templates.map((template) => /kinds\/([^/]+)\//.exec(template)?.[1]).find(Boolean) ?? '';
}

/** What tofu calls a state that it could not save. */
export const unsavedState = (directory: string): string => `${directory}/errored.tfstate`;

export const stateUnsaved = (path: string): Problem => ({
  code: 'state-unsaved',
  severity: 'error',
  file: path,
  message: 'here lies the state of an apply that could not save it: what that made is in no other',
  hint: '`nigari infra state-push` saves it; if it is an old one that nobody needs, delete it',
});

/** The block for states has no `enforced`, which would forbid a migration too: here is what stands in for it. */
const encryptionWeakened: Problem = {
  code: 'encryption-weakened',
  severity: 'error',
  message: 'TF_ENCRYPTION is set here, with the method "unencrypted": the state could be written in clear',
  hint: 'unset TF_ENCRYPTION; to encrypt a state, or to have it in clear: `nigari infra migrate-encryption`',
};

const noInstance = {
  code: 'no-instance',
  severity: 'error',
  message: 'there is nothing for OpenTofu to do: proxmox_api_url and proxmox_node are not set',
  hint: 'set both in cluster.yaml, then run `nigari configure`',
} as const;

/** Where nothing was sealed, the environment may have what is needed. */
async function openSecrets(
  context: Context,
  { secrets_file }: RenderedInstance,
  { files }: Manifest,
): Promise<Secrets> {
  const file = await readFileOf(context, secrets_file);
  if (file !== null) return must(openValues(await openFile(context, file)), Exit.refusedInput);
  if (files.has(secrets_file)) throw new Refusal([notConfigured(secrets_file, context.call)], Exit.refusedInput);
  return new Map();
}
