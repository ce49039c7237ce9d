/** Providers, modules and versions, as OpenTofu 1.12.6 words it. */
import type { FailureRow } from './row.ts';

export const PROVIDERS: readonly FailureRow[] = [
  [
    /No value for required variable.*?The root module input variable "(?<name>[^"]+)" is not set/,
    'variable-missing',
    'the input variable {name} has no value',
    'if it is a key of cluster.yaml, set it there and run `nigari configure`; otherwise set TF_VAR_{name}',
  ],
  [
    /no available releases match the given constraints (?<constraint>[^A-Z]+?)(?= [A-Z]|$)/,
    'provider-version-unavailable',
    'no release of the provider fits {constraint}',
    'a mirror may lack it: look at provider_installation in the file that TF_CLI_CONFIG_FILE names',
  ],
  [
    /cannot search (?<folder>\S+): lstat/,
    'mirror-missing',
    'the provider mirror {folder} does not exist',
    'correct its path in the file that TF_CLI_CONFIG_FILE names',
  ],
  [
    /provider (?<provider>\S+) was not found in any of the search locations/,
    'provider-not-in-mirror',
    'the provider {provider} is in none of the places that are configured',
    'add it to the mirror, or a `direct {}` block to provider_installation in the file that TF_CLI_CONFIG_FILE names',
  ],
  [
    /failed to request discovery document.*?(?:failed to verify certificate|x509:)/,
    'registry-certificate',
    'the certificate of the registry of providers is not trusted here',
    'a proxy that opens TLS needs its authority in the trust store of this machine',
  ],
  [
    /failed to request discovery document|Failed to (?:resolve|query|install)[^:]*provider.*?(?:no such host|connection refused|i\/o timeout|network is unreachable)/,
    'registry-unreachable',
    'the registry of providers cannot be reached',
    'is this machine online? A proxy goes into HTTPS_PROXY, a mirror into the file that TF_CLI_CONFIG_FILE names',
  ],
  [
    /provider registry (?:\S+ )?does not have a provider named (?<provider>\S+)/,
    'provider-unknown',
    'there is no provider {provider}',
    'correct its source in required_providers',
  ],
  [
    /doesn't match any of the checksums previously recorded in the dependency lock file/,
    'provider-checksum',
    'the provider is not the one whose checksum .terraform.lock.hcl holds',
    'if the lock file was made on another system: `tofu providers lock -platform=linux_amd64 -platform=darwin_arm64`, and so on for each; otherwise find out why it differs',
  ],
  [
    /lock file is read-only|Provider dependency changes detected/,
    'lock-file-read-only',
    'the lock file lacks a provider and may not be changed (-lockfile=readonly)',
    'run `nigari infra init` without that option, then commit .terraform.lock.hcl',
  ],
  [
    /Inconsistent dependency lock file|Missing required provider|Required plugins are not installed|Module not installed/,
    'not-initialised',
    'the directory is not initialised for its present files',
    'run `nigari infra init`',
  ],
  [
    /This module is not compatible with OpenTofu v?(?<version>[\w.-]*\w)|Unsupported OpenTofu Core version/,
    'tofu-version-refused',
    'the files ask for another version of OpenTofu',
    'install a version that they accept, or change the constraint in your template',
  ],
];
