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
    /locked provider (?<provider>\S+) (?<version>\S+) does not match configured version constraint (?<constraint>.+?); must use/,
    'lock-file-version',
    'the lock file has {provider} {version}, but the files want {constraint}',
    'take a new one into the lock file: `nigari infra upgrade`',
  ],
  [
    /existing cached package at (?<folder>\S+) does not match/,
    'provider-cache-differs',
    'the cache of providers has another package of the same name and version: {folder}',
    'delete that folder; if it comes again, the package does not come from where it came from before: find out why',
  ],
  [
    /archive has incorrect checksum|checksum list has unexpected SHA-256 hash/,
    'provider-archive-checksum',
    'the package of the provider is not the one that the registry tells of',
    'was the download cut short, or does a proxy change it? Try again; do not use it as it is',
  ],
  [
    /(?:does not have a package available for your current platform,|provider \S+ \S+ is not available for) (?<platform>\w+_\w+)/,
    'provider-platform',
    'there is no package of the provider for {platform}',
    'run OpenTofu on a platform for which there is one; tofu_lock_platforms may name only such',
  ],
  [
    /host (?<host>\S+) (?:requires authentication credentials|rejected the given authentication credentials)/,
    'registry-unauthorized',
    'the registry {host} wants credentials (401)',
    'add a `credentials "{host}"` block to the file that TF_CLI_CONFIG_FILE names, or to ~/.tofurc',
  ],
  [
    /host (?<host>\S+) does not offer a OpenTofu provider registry/,
    'registry-not-offered',
    'there is no registry of providers at {host}',
    'correct the source of the provider, or the `host` block in the settings of OpenTofu',
  ],
  [
    /request failed after \d+ attempts?: (?<status>5\d\d)/,
    'registry-failed',
    'the registry of providers failed ({status})',
    'run the same command again later',
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
    /failed to request discovery document|(?:Failed to (?:resolve|query|install)[^:]*provider|could not query provider registry).*?(?:no such host|connection refused|i\/o timeout|network is unreachable)/,
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
    /(?:doesn't|does not) match any of the checksums (?:previously )?recorded in the dependency lock file/,
    'provider-checksum',
    'the provider is not one whose checksum .terraform.lock.hcl holds',
    'if the lock file was made on another system, name this one in tofu_lock_platforms and run `nigari infra init` where cluster.yaml is; otherwise find out why it differs',
  ],
  [
    /lock file is read-only|Provider dependency changes detected/,
    'lock-file-read-only',
    'the lock file lacks a provider and may not be changed: with -lockfile=readonly, as where there is no cluster.yaml',
    'run `nigari infra init` where cluster.yaml is, without that option, then commit .terraform.lock.hcl',
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
