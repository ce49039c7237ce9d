/**
 * What V8 compiled of nigari's own files, kept for later runs: to compile them anew is most of what it costs to start. It is
 * the text of the program in another form, and holds nothing of a project or of a run.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { isWithin, userFolder } from './user-folders.ts';

export interface CodeCache {
  /** @param url how stack traces name the file */
  readonly compile: (name: string, source: Buffer, url: string) => Script;
  /** Keeps what was not there, with each function of it that was called until now. */
  readonly keep: () => void;
}

/** For this many builds and versions of Node compiled code is kept; one has some four megabytes. */
const MOST_BUILDS = 4;

const CHECKSUM_BYTES = 4;

/** What is asked of the process. */
interface Surroundings extends Pick<typeof process, 'platform' | 'version' | 'arch' | 'cwd'> {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * @param build what tells this build of nigari from every other
 * @returns null where there is none, where it is not wanted, and where it would be a part of the project: it is code that runs
 *   as this user, and must not come with a repository
 */
export function codeCacheFolder(build: string, surroundings: Surroundings): string | null {
  const { argv, env, platform, version, arch } = surroundings;
  const folder = env['NIGARI_CODE_CACHE'] === '0' ? null : userFolder('cache', env, platform);
  if (folder === null) return null;
  // One of the arguments may be the folder of --chdir.
  const projects = ['.', ...argv.slice(2)].map((path) => resolve(surroundings.cwd(), path.replace(/^--chdir=/, '')));
  return projects.some((project) => isWithin(project, folder))
    ? null
    : join(folder, 'code', `${build}-${version}-${arch}`);
}

/** Without a folder, or with one that others may write to, everything is compiled anew. That nothing can be kept is no problem. */
export function openCodeCache(folder: string | null): CodeCache {
  const isOurs = folder !== null && isPrivate(folder);
  const made = new Map<string, () => Buffer>();
  return {
    compile: (name, source, url) => {
      const cachedData = isOurs ? codeIn(join(folder, name), source) : undefined;
      const script = new Script(source.toString(), { filename: url, ...(cachedData && { cachedData }) });
      if (script.cachedDataRejected !== false) made.set(name, () => withChecksum(script.createCachedData(), source));
      return script;
    },
    keep: () => {
      if (folder === null || made.size === 0) return;
      try {
        if (!isOurs) makeFolder(folder);
        if (isPrivate(folder)) for (const [name, file] of made) place(join(folder, name), file());
      } catch {
        // A full disk, a home that cannot be written to: the next run compiles again.
      }
    },
  };
}

/** V8 compares little of it: of damaged code it would run what is left. */
function codeIn(file: string, source: Buffer): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(CHECKSUM_BYTES);
    return bytes.readUInt32LE() === checksum(code, source) ? code : undefined;
  } catch {
    return undefined;
  }
}

function withChecksum(code: Buffer, source: Buffer): Buffer {
  const head = Buffer.alloc(CHECKSUM_BYTES);
  head.writeUInt32LE(checksum(code, source));
  return Buffer.concat([head, code]);
}

const checksum = (code: Buffer, source: Buffer): number => crc32(code, crc32(source));

/** Whether nobody else can put code there. */
function isPrivate(folder: string): boolean {
  try {
    const { mode, uid } = lstatSync(folder);
    return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o777) === 0o700);
  } catch {
    return false;
  }
}

/** In place of the oldest ones. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const all = dirname(folder);
  const age = (name: string): number => -statSync(join(all, name)).mtimeMs;
  const old = readdirSync(all)
    .toSorted((one, other) => age(one) - age(other))
    .slice(MOST_BUILDS);
  for (const name of old) rmSync(join(all, name), { recursive: true, force: true });
}

/** By rename, so that a run at the same time reads all of it or nothing. */
function place(file: string, bytes: Buffer): void {
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, bytes, { mode: 0o600 });
  renameSync(partial, file);
}
