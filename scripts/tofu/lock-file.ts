/**
 * `.terraform.lock.hcl`: the providers that an init chose, and the checksums of their packages.
 * Source of the format: https://opentofu.org/docs/language/files/dependency-lock/
 */
import { createHash } from 'node:crypto';
import type { Problem } from '../problem.ts';

export const LOCK_FILE = '.terraform.lock.hcl';

export interface LockedProvider {
  /** `registry.opentofu.org/bpg/proxmox` */
  readonly source: string;
  /** `0.112.0` */
  readonly version: string;
  /** How many packages have a checksum of their content (`h1:`), one for each platform; which one it is for does not show. */
  readonly platforms: number;
}

/** What OpenTofu wrote; of what somebody wrote otherwise, as much as can be read. */
export function lockedProviders(text: string): readonly LockedProvider[] {
  return [...text.matchAll(/^provider "([^"]+)" \{\r?\n([^]*?)^\}/gm)].map(([, source = '', body = '']) => ({
    source,
    version: /^\s*version\s*=\s*"([^"]*)"/m.exec(body)?.[1] ?? '',
    platforms: body.match(/"h1:/g)?.length ?? 0,
  }));
}

/**
 * Those that lack the checksum of some platform. The checksums of archives (`zh:`), which a registry may tell of all
 * platforms, do not do: with them alone a machine can init, but not plan, unless it may write the file.
 * @param platforms as tofu calls them: `linux_amd64`
 */
export function incompleteProviders(text: string, platforms: readonly string[]): readonly LockedProvider[] {
  return lockedProviders(text).filter((provider) => provider.platforms < new Set(platforms).size);
}

/** What was there when checksums were asked for in vain. @returns SHA-256, hex */
export function lockAttempt(text: string, platforms: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([text, platforms]))
    .digest('hex');
}

export function lockIncomplete(file: string, missing: readonly LockedProvider[], reason: string): Problem {
  const names = missing.map(({ source }) => shortName(source)).join(', ');
  return {
    code: 'lock-file-incomplete',
    severity: 'note',
    file,
    message: `the lock file has no checksums of ${names} for other platforms: ${reason}`,
    hint: 'run `nigari infra init` where the registry of providers can be reached; or name in tofu_lock_platforms only what you use',
  };
}

/** What an init did to the selections: one line for each provider, `bpg/proxmox 0.112.0 → 0.112.3`. */
export function versionChanges(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map(
    (text) => new Map(lockedProviders(text).map((one) => [one.source, one.version])),
  );
  const sources = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].toSorted();
  return sources
    .filter((source) => old?.get(source) !== now?.get(source))
    .map((source) => `${shortName(source)} ${old?.get(source) ?? 'none'} → ${now?.get(source) ?? 'none'}`);
}

/** As people write it: OpenTofu's own registry goes without saying. */
const shortName = (source: string): string => source.replace(/^registry\.opentofu\.org\//, '');
