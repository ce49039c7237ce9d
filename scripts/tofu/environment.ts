/** From opened secrets to the environment of the one tofu child that needs them; never argv, never a file. */
import { isSecret, reveal, type Secret } from '../config/secret.ts';
import type { Problem } from '../problem.ts';
import type { Instance, SecretKey } from '../types.ts';
import type { Needs } from './subcommands.ts';

/** The opened values of an instance's sealed file, by key of cluster.yaml. */
export type Secrets = ReadonlyMap<string, Secret>;

/** What a run has to know of an instance to give it what it needs. */
export type Runnable = Pick<Instance, 'kind' | 'directory' | 'secrets_file' | 'state_encryption'> & {
  readonly backend: { readonly kind: string };
};

/** What reads a secret: which variable carries it, who wants it, and which commands cannot do without. */
interface Credential {
  readonly key: SecretKey;
  readonly variable: string;
  readonly wants: string;
  /** The state's are needed by whoever needs Proxmox VE too. */
  readonly neededFor: 'state' | 'everything';
  readonly concerns: (instance: Runnable) => boolean;
}

const hasHttpState = (instance: Runnable): boolean => instance.backend.kind === 'http';
const runsOnProxmox = (instance: Runnable): boolean => instance.kind === 'talos-vms';

/**
 * Variables of OpenTofu's http backend: https://opentofu.org/docs/language/settings/backends/http/; `TF_VAR_<name>`
 * sets an input variable. `init` reads the state, so it needs the passphrase, but no Proxmox.
 */
const CREDENTIALS: readonly Credential[] = [
  {
    key: 'tfstate_username',
    variable: 'TF_HTTP_USERNAME',
    wants: 'the state server asks for it',
    neededFor: 'state',
    concerns: hasHttpState,
  },
  {
    key: 'tfstate_password',
    variable: 'TF_HTTP_PASSWORD',
    wants: 'the state server asks for it',
    neededFor: 'state',
    concerns: hasHttpState,
  },
  {
    key: 'state_encryption_passphrase',
    variable: 'TF_VAR_state_encryption_passphrase',
    wants: 'the state is encrypted with it',
    neededFor: 'state',
    concerns: (instance) => instance.state_encryption,
  },
  {
    key: 'proxmox_api_token_id',
    variable: 'TF_VAR_proxmox_api_token_id',
    wants: 'the Proxmox API asks for it',
    neededFor: 'everything',
    concerns: runsOnProxmox,
  },
  {
    key: 'proxmox_api_token_secret',
    variable: 'TF_VAR_proxmox_api_token_secret',
    wants: 'the Proxmox API asks for it',
    neededFor: 'everything',
    concerns: runsOnProxmox,
  },
];

/**
 * What every tofu child gets. The checksum settings let S3-compatible stores (R2) work that do not know the AWS SDK's
 * newer checksums.
 */
const ALWAYS = {
  TF_IN_AUTOMATION: '1',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
} as const;

/**
 * The variables to add to a tofu child's environment. A value of the sealed file beats one that the user's shell
 * happens to hold: that one may belong to another project.
 */
export function tofuEnvironment(instance: Runnable, secrets: Secrets): Record<string, string> {
  const present = CREDENTIALS.filter(({ key, concerns }) => concerns(instance) && textOf(secrets.get(key)) !== '');
  return { ...ALWAYS, ...Object.fromEntries(present.map(({ key, variable }) => [variable, textOf(secrets.get(key))])) };
}

/** What an http backend that the state is taken from wants: it is no longer the instance's when its state moves elsewhere. */
export function formerBackendEnvironment(secrets: Secrets): Record<string, string> {
  const ofState = CREDENTIALS.filter(
    ({ concerns, key }) => concerns === hasHttpState && textOf(secrets.get(key)) !== '',
  );
  return Object.fromEntries(ofState.map(({ key, variable }) => [variable, textOf(secrets.get(key))]));
}

/**
 * What a subcommand of these needs cannot do without and neither the sealed file nor the user's own environment has: one
 * `credential-missing` each, with the key of cluster.yaml to set.
 * @param environment the parent's, where a person or CI may have set the variables by hand
 */
export function missingCredentials(
  instance: Runnable,
  secrets: Secrets,
  needs: Needs,
  environment: Readonly<Record<string, string | undefined>> = {},
): readonly Problem[] {
  const isNeeded = ({ neededFor }: Credential): boolean =>
    needs === 'everything' || (needs === 'state' && neededFor === 'state');
  return CREDENTIALS.filter((credential) => isNeeded(credential) && credential.concerns(instance))
    .filter(({ key, variable }) => textOf(secrets.get(key)) === '' && !environment[variable])
    .map((credential) => missing(credential));
}

const textOf = (value: Secret | undefined): string => (isSecret(value) ? reveal(value) : '');

const missing = ({ key, variable, wants }: Credential): Problem => ({
  code: 'credential-missing',
  severity: 'error',
  message: `${key} is not set: ${wants}`,
  hint: `set ${key} in cluster.yaml, then run \`nigari configure\`; or set the variable ${variable}`,
});
