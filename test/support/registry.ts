/**
 * A registry of providers that has bpg/proxmox: for this platform the real one, for others stand-ins, which a lock file
 * wants and nobody runs. OpenTofu takes it for registry.opentofu.org, since its CLI configuration says so.
 * Source: https://opentofu.org/docs/internals/provider-registry-protocol/
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { toolPaths } from '../../tools/real-tools.mjs';
import { listen } from './listening.ts';
import { zipOf } from './zip.ts';

const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'] as const;
const OS: Readonly<Record<string, string>> = { win32: 'windows' };
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
};
export const HERE = `${OS[process.platform] ?? process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`;
const BUILT = '0.112.0';

export interface RegistryOptions {
  /** Of bpg/proxmox, oldest first. */
  readonly versions?: readonly string[];
  readonly platforms?: readonly string[];
  /** It tells with one package the hashes of all, as that of OpenTofu does since 1.12; others know their checksums only. */
  readonly tellsAll?: boolean;
}

export interface Registry {
  /** A CLI configuration that leads to it, and keeps away from any mirror. */
  readonly cliConfig: string;
  /** One that takes providers from the mirror: the registry is asked only for what a lock file lacks. */
  readonly mirrored: string;
  /** One more version. */
  readonly publish: (version: string) => void;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
  /** Answers everything with this status; null: as it should. */
  readonly fail: (status: number | null) => void;
  /** Its packages arrive otherwise than it tells of them. */
  readonly spoil: () => void;
  /** `h1:` of a version's package for a platform. */
  readonly hash: (version: string, platform: string) => string;
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
}

/** @param folder where its CLI configuration goes */
export async function startRegistry(folder: string, options: RegistryOptions = {}): Promise<Registry> {
  const { platforms = PLATFORMS, tellsAll = true } = options;
  const versions = [...(options.versions ?? [BUILT])];
  const requests: string[] = [];
  let status: number | null = null;
  let isSpoilt = false;
  const { port, down, up } = await listen((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const body = status === null ? answer(path, versions, platforms, tellsAll) : null;
    response.writeHead(status ?? (body === null ? 404 : 200));
    response.end(isSpoilt && path.endsWith('.zip') ? `${String(body)} and more` : body);
  });
  const [cliConfig, mirrored] = [join(folder, 'registry.rc'), join(folder, 'mirrored.rc')];
  const mirror = `filesystem_mirror {\n    path = ${JSON.stringify(toolPaths().mirror)}\n  }`;
  writeFileSync(cliConfig, configuration(`http://127.0.0.1:${port}/`, 'direct {}'));
  writeFileSync(mirrored, configuration(`http://127.0.0.1:${port}/`, mirror));
  return {
    cliConfig,
    mirrored,
    requests,
    publish: (version) => void versions.push(version),
    fail: (now) => void (status = now),
    spoil: () => void (isSpoilt = true),
    hash: (version, platform) => packageOf(version, platform).h1,
    down,
    up,
  };
}

const configuration = (url: string, from: string): string => `host "registry.opentofu.org" {
  services = {
    "providers.v1" = "${url}"
  }
}
provider_installation {
  ${from}
}
disable_checkpoint = true
`;

type Body = string | Buffer | null;

/** @returns null for what there is not */
function answer(path: string, versions: readonly string[], platforms: readonly string[], tellsAll: boolean): Body {
  const [, file] = /^\/files\/(.+)$/.exec(path) ?? [];
  if (file !== undefined) return fileOf(file, platforms);
  if (path === '/bpg/proxmox/versions')
    return JSON.stringify({
      versions: versions.map((one) => about(one, platforms)),
    });
  const [, version = '', os, arch] = /^\/bpg\/proxmox\/([^/]+)\/download\/(\w+)\/(\w+)$/.exec(path) ?? [];
  const isThere = versions.includes(version) && platforms.includes(`${os}_${arch}`);
  return isThere ? JSON.stringify(download(version, `${os}_${arch}`, platforms, tellsAll)) : null;
}

const about = (version: string, platforms: readonly string[]): object => ({
  version,
  protocols: ['6.0'],
  platforms: platforms.map(split),
});

function split(platform: string) {
  const [os, arch] = platform.split('_');
  return { os, arch };
}

function download(version: string, platform: string, platforms: readonly string[], tellsAll: boolean): object {
  const { name, zip, sha256 } = packageOf(version, platform);
  const hashes = (one: string): object => {
    const other = packageOf(version, one);
    return {
      hashes: [`zh:${other.sha256}`, other.h1],
      package_size: other.zip.length,
    };
  };
  return {
    protocols: ['6.0'],
    ...split(platform),
    filename: name,
    download_url: `/files/${name}`,
    shasum: sha256,
    shasums_url: `/files/${version}_SHA256SUMS`,
    shasums_signature_url: `/files/${version}_SHA256SUMS.sig`,
    signing_keys: { gpg_public_keys: [] },
    ...(tellsAll && {
      packages: Object.fromEntries(platforms.map((one) => [one, hashes(one)])),
    }),
    size: zip.length,
  };
}

function fileOf(file: string, platforms: readonly string[]): Body {
  const [, sums] = /^(.+)_SHA256SUMS$/.exec(file) ?? [];
  if (sums !== undefined) return platforms.map((one) => line(packageOf(sums, one))).join('');
  if (file.endsWith('.sig')) return 'nobody checks it without a key';
  const [, version = '', platform = ''] = /_([^_]+)_(\w+_\w+)\.zip$/.exec(file) ?? [];
  return packageOf(version, platform).zip;
}

const line = ({ sha256, name }: Package): string => `${sha256}  ${name}\n`;

interface Package {
  readonly name: string;
  readonly zip: Buffer;
  readonly sha256: string;
  readonly h1: string;
}

const PACKAGES = new Map<string, Package>();

function packageOf(version: string, platform: string): Package {
  const key = `${version}_${platform}`;
  const made = PACKAGES.get(key) ?? pack(version, platform);
  PACKAGES.set(key, made);
  return made;
}

function pack(version: string, platform: string): Package {
  const program = `terraform-provider-proxmox_v${version}`;
  const bytes =
    version === BUILT && platform === HERE ? realProvider() : Buffer.from(`stand-in ${version} ${platform}`);
  const zip = zipOf(program, bytes);
  return {
    name: `terraform-provider-proxmox_${version}_${platform}.zip`,
    zip,
    sha256: hex(zip),
    h1: `h1:${createHash('sha256')
      .update(`${hex(bytes)}  ${program}\n`)
      .digest('base64')}`,
  };
}

function realProvider(): Buffer {
  const folder = join(toolPaths().mirror, 'registry.opentofu.org/bpg/proxmox', BUILT, HERE);
  return readFileSync(join(folder, `terraform-provider-proxmox_v${BUILT}`));
}

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
