/** The provider that `secrets.provider` in cluster.yaml chooses, with the effects that it needs. */
import type { ClusterYaml } from '../config/written.gen.ts';
import { checked, Exit, Refusal, refused, type Checked, type Problem } from '../problem.ts';
import { open } from '../secrets/open.ts';
import { ansibleVaultProvider } from '../secrets/providers/ansible-vault.ts';
import { vaultProvider } from '../secrets/providers/vault.ts';
import { sealedByAnsibleVault } from '../secrets/seal.ts';
import { vaultPassword } from '../system/providers/ansible-vault.ts';
import { randomBytes } from '../system/random.ts';
import { write } from '../system/write.ts';
import { guarded, type SecretProvider } from '../secrets/provider.ts';
import { commandProvider } from '../secrets/providers/command.ts';
import { readDotenv } from '../secrets/providers/dotenv.ts';
import { envProvider, type Variables } from '../secrets/providers/env.ts';
import type { Ran, Runner } from '../secrets/providers/program.ts';
import { chosenProvider, settingsOf, type ProviderName, type SecretsYaml } from '../secrets/providers/settings.ts';
import { sopsAgeProvider } from '../secrets/providers/sops-age.ts';
import type { Reading } from '../secrets/yaml/read.ts';
import { readDisk } from '../system/disk.ts';
import { run } from '../system/processes.ts';
import type { SourceFile } from '../types.ts';
import { findKeys, type Seeker } from './keys.ts';

/**
 * Nothing is read, run or fetched before the provider is asked; then once, as far as it can be.
 * @param secrets `secrets` of cluster.yaml, checked
 */
export function providerFor(context: Seeker, secrets: ClusterYaml['secrets']): SecretProvider {
  return guarded(PROVIDERS[chosenProvider(secrets)](context, secrets));
}

type Make = (context: Seeker, secrets: SecretsYaml | undefined) => SecretProvider;

const PROVIDERS: Readonly<Record<ProviderName, Make>> = {
  'sops-age': (context, secrets) => {
    const { file } = settingsOf('sops-age', secrets);
    return sopsAgeProvider(
      file,
      once(() => openSealed(context, file)),
    );
  },
  env: (context, secrets) => {
    const { file = null, prefix } = settingsOf('env', secrets);
    return envProvider(
      file,
      prefix,
      once(() => variablesOf(context, file)),
    );
  },
  'ansible-vault': (context, secrets) => {
    const settings = settingsOf('ansible-vault', secrets);
    return ansibleVaultProvider(settings.file, {
      read: () => secretsFile(context.root, settings.file),
      write: (file) => write([{ kind: 'update', path: file.path, sealed: sealedByAnsibleVault(file) }], context.root),
      password: once(() => vaultPassword(context, settings, runner(context))),
      random: randomBytes,
    });
  },
  vault: (context, secrets) => {
    const settings = settingsOf('vault', secrets);
    return vaultProvider(
      settings,
      // With it comes TLS, which nobody else should wait for.
      once(async () => (await import('../system/providers/vault.ts')).vaultAccess(context, settings, context.signal)),
    );
  },
  command: (context, secrets) => commandProvider(settingsOf('command', secrets), context.root, runner(context)),
};

async function openSealed(context: Seeker, path: string): Promise<Checked<Reading>> {
  const file = await secretsFile(context.root, path);
  if (!file.ok) return file;
  const keys = await findKeys(context);
  return keys.ok ? open(file.value, keys.value) : keys;
}

/** @param file the `.env` file; null for the environment of this process */
async function variablesOf({ root, env }: Seeker, file: string | null): Promise<Checked<Variables>> {
  if (file === null) return checked(new Map(Object.entries(env).filter(isSet)));
  const found = await secretsFile(root, file);
  return found.ok ? readDotenv(found.value) : found;
}

function isSet(variable: [string, string | undefined]): variable is [string, string] {
  return variable[1] !== undefined;
}

/** @param path relative to the project */
async function secretsFile(root: string, path: string): Promise<Checked<SourceFile>> {
  const disk = await readDisk(root, [path]);
  if (!disk.ok) return disk;
  const file = disk.value.get(path);
  return file === undefined ? refused(fileMissing(path)) : checked({ path, bytes: file.bytes });
}

const fileMissing = (path: string): Problem => ({
  code: 'secrets-file-missing',
  severity: 'error',
  message: `there is no ${path}, the file that secrets are looked up in`,
  hint: 'make it, or say in cluster.yaml below secrets where it is',
});

/**
 * One program at a time: the first may have to unlock what the others then find open. After one that took too long none
 * is started any more, they would only wait for the same.
 * @throws Refusal 130 when we are told to stop meanwhile
 */
function runner({ signal }: Seeker): Runner {
  let before: Promise<Checked<Ran> | null> = Promise.resolve(null);
  const runNext = async (
    last: Checked<Ran> | null,
    ...[command, seconds]: Parameters<Runner>
  ): Promise<Checked<Ran>> => {
    if (last?.ok && last.value.late) return last;
    const ended = await run(command, { signal, within: seconds * 1000 });
    if (ended.ok && ended.value.interrupted) throw new Refusal([], Exit.interrupted);
    return ended;
  };
  return (...asked) => {
    const ended = before.then((last) => runNext(last, ...asked));
    before = ended;
    return ended;
  };
}

/** Asks the first time only. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => (answer ??= ask());
}
