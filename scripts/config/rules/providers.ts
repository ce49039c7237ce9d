/** Where secrets come from: settings that do not fit together, and references that no provider could be asked for. */
import { groupDefault } from '../defaults.ts';
import { mapLeaves, mayBeSecret } from '../deferred.ts';
import { formatPath, type KeyPath } from '../path.ts';
import { isSecretName, malformedName, referenceName } from '../references.ts';
import type { WellFormed } from '../well-formed.ts';
import type { ClusterYaml } from '../written.gen.ts';
import { crossesInClear } from './hosts.ts';
import { CLUSTER_FILE, ERROR, type Finding, type Rule, type RuleInput, WARNING } from './rule.ts';

type SecretsYaml = WellFormed<NonNullable<ClusterYaml['secrets']>>;
type ProviderName = NonNullable<SecretsYaml['provider']>;

/** The setting that a provider cannot do without, and an example of it. */
const NEEDED: Readonly<Partial<Record<ProviderName, readonly [key: string, example: string]>>> = {
  command: ['get', 'get: [pass, show, "nigari/{name}"]'],
  vault: ['address', 'address: https://vault.example.com:8200'],
};

function* theChosenProviderHasWhatItNeeds({ cluster, isWritten }: RuleInput): Generator<Finding> {
  const provider = cluster?.secrets?.provider;
  const [key, example] = (provider && NEEDED[provider]) ?? [];
  if (provider === undefined || key === undefined || isWritten([CLUSTER_FILE, 'secrets', provider, key])) return;
  yield {
    path: [CLUSTER_FILE, 'secrets', 'provider'],
    message: `the provider ${provider} needs secrets.${provider}.${key}`,
    hint: `add below secrets: ${provider}: {${example}}`,
  };
}

function* settingsAreOfTheChosenProvider({ cluster, isWritten }: RuleInput): Generator<Finding> {
  const { secrets } = cluster ?? {};
  const path = [CLUSTER_FILE, 'secrets', 'provider'] as const;
  const chosen = secrets?.provider ?? (isWritten(path) ? undefined : groupDefault('secrets', 'provider'));
  if (secrets === undefined || chosen === undefined) return;
  for (const name of Object.keys(secrets).filter((key) => key !== 'provider' && key !== chosen)) {
    yield {
      path: [CLUSTER_FILE, 'secrets', name],
      message: `secrets.${name} has no effect: the provider is ${chosen}`,
      hint: `write provider: ${name}, or remove these settings`,
    };
  }
}

function* programsAreToldTheName({ cluster }: RuleInput): Generator<Finding> {
  for (const verb of ['get', 'set'] as const) {
    const argv = cluster?.secrets?.command?.[verb];
    if (argv === undefined || argv.some((argument) => argument?.includes('{name}'))) continue;
    yield {
      path: [CLUSTER_FILE, 'secrets', 'command', verb],
      message: `secrets.command.${verb} nowhere has {name}: it would do the same for every secret`,
      hint: 'write {name} where the name of the secret belongs',
    };
  }
}

function* oneThingGivesThePasswordOfAnsibleVault({ cluster }: RuleInput): Generator<Finding> {
  const { password_file: file, password_command: command } = cluster?.secrets?.['ansible-vault'] ?? {};
  if (file === undefined || command === undefined) return;
  yield {
    path: [CLUSTER_FILE, 'secrets', 'ansible-vault', 'password_file'],
    message: 'both password_file and password_command say where the password comes from',
    hint: 'remove one of them',
  };
}

function* vaultIsNotReadInClear({ cluster }: RuleInput): Generator<Finding> {
  const address = cluster?.secrets?.vault?.address;
  if (address === undefined || !crossesInClear(address)) return;
  yield {
    path: [CLUSTER_FILE, 'secrets', 'vault', 'address'],
    message: 'secrets.vault.address is http: the token and every secret cross the network in clear',
    hint: `did you mean ${address.replace('http:', 'https:')}?`,
  };
}

/** The value may be a secret that only looks like a reference: it is not repeated. */
function* referencesHoldAName({ cluster }: RuleInput): Generator<Finding> {
  const malformed: KeyPath[] = [];
  mapLeaves(cluster, (leaf, path) => {
    const name = mayBeSecret(path) ? referenceName(leaf) : null;
    if (name !== null && !isSecretName(name)) malformed.push(path);
    return leaf;
  });
  for (const path of malformed) {
    yield {
      path: [CLUSTER_FILE, ...path],
      message: `${formatPath(path)} begins as a reference, but what follows secret:// is no name of a secret`,
      hint: malformedName('').hint,
    };
  }
}

export const PROVIDER_RULES: readonly Rule[] = [
  {
    code: 'secrets-settings-missing',
    ...ERROR,
    why: 'Nobody could be asked for a secret.',
    check: theChosenProviderHasWhatItNeeds,
  },
  {
    code: 'secrets-settings-unused',
    ...WARNING,
    why: 'Secrets are looked up elsewhere than somebody meant.',
    check: settingsAreOfTheChosenProvider,
  },
  {
    code: 'secrets-command-without-name',
    ...ERROR,
    why: 'Every reference would get the same secret.',
    check: programsAreToldTheName,
  },
  {
    code: 'ansible-vault-password-twice',
    ...ERROR,
    why: 'Nobody could say which of the two counts.',
    check: oneThingGivesThePasswordOfAnsibleVault,
  },
  {
    code: 'plain-http-vault',
    ...WARNING,
    why: 'The token and every secret cross the network in clear.',
    check: vaultIsNotReadInClear,
  },
  {
    code: 'secret-name-malformed',
    ...ERROR,
    why: 'A name with a leading - could become an option of a program, one with .. leave a folder.',
    check: referencesHoldAName,
  },
];
