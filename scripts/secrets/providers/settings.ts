/** The settings of the providers: what is written below `secrets` in cluster.yaml over what is built in. */
import { defaultsBelow, groupDefault } from '../../config/defaults.ts';
import type { ClusterYaml } from '../../config/written.gen.ts';

/** `secrets` of cluster.yaml. */
export type SecretsYaml = NonNullable<ClusterYaml['secrets']>;
export type ProviderName = NonNullable<SecretsYaml['provider']>;

/** The settings that have a default. */
interface Filled {
  readonly 'sops-age': 'file';
  readonly 'ansible-vault': 'file';
  readonly env: 'prefix';
  readonly command: 'timeout';
  readonly vault: 'mount' | 'path' | 'timeout';
}

type Written<N extends ProviderName> = NonNullable<SecretsYaml[N]>;
export type Settings<N extends ProviderName> = Readonly<
  Written<N> & Required<Pick<Written<N>, Filled[N] & keyof Written<N>>>
>;

/** Defaults of a provider's settings are in the schema; `settings.test.ts` holds them against `Filled`. */
export function settingsOf<N extends ProviderName>(name: N, secrets: SecretsYaml = {}): Settings<N> {
  return { ...defaultsBelow('secrets', name), ...secrets[name] } as Settings<N>;
}

/** The provider that counts. */
export function chosenProvider(secrets: SecretsYaml = {}): ProviderName {
  return secrets.provider ?? groupDefault('secrets', 'provider');
}
