/** A folder in memory that only this user can look into, for texts in clear that must not reach a disk. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { isAlive } from './alive.ts';
import { ioProblem } from './io-problem.ts';
import { isInMemory, MEMORY } from './memory-folder.ts';

export interface PrivatePlace {
  /** Absolute; mode 0700. */
  readonly folder: string;
  /** The text, below it; mode 0600. */
  readonly file: string;
  /** What it is now, or what another program wrote beside it. @returns `file-vanished`, or what else the system refused */
  readonly read: (name?: string) => Promise<Checked<Uint8Array>>;
  /** Removes the folder with all that is in it. When the process ends meanwhile, be it by SIGKILL, that is done by itself. */
  readonly remove: () => void;
}

/**
 * Makes one, and removes those that killed processes of this user have left.
 * @param name of the file
 * @param otherwise what to do where there is none
 * @param base a folder that is in memory
 * @returns `no-private-place` where it is not, or what the system refused
 */
export async function openPrivatePlace(
  name: string,
  text: Uint8Array,
  otherwise: string,
  base: string = MEMORY,
): Promise<Checked<PrivatePlace>> {
  return (await isInMemory(base)) ? makeIn(base, name, text) : refused(noPlace(base, otherwise));
}

/** The same on a disk, for whoever asked for it. */
export function openPlaceOnDisk(name: string, text: Uint8Array): Promise<Checked<PrivatePlace>> {
  return makeIn(tmpdir(), name, text);
}

async function makeIn(base: string, name: string, text: Uint8Array): Promise<Checked<PrivatePlace>> {
  let place: PrivatePlace | null = null;
  try {
    await sweep(base);
    const folder = await mkdtemp(join(base, `${PREFIX}${process.pid}-`));
    place = guarded(folder, name, await heir(folder));
    await writeFile(place.file, text, { mode: 0o600, flag: 'wx' });
    return checked(place);
  } catch (error) {
    place?.remove();
    return refused(ioProblem(error, 'write', base));
  }
}

const PREFIX = 'nigari-clear-';
const NAME = /^nigari-clear-(\d+)-/;

/** Whoever was killed could not clean up. What belongs to another user, or to a process that lives, stays. */
async function sweep(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid || isAlive(pid)) continue;
    const found = await lstat(join(base, name)).catch(() => null);
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
    if (isOurs) await rm(join(base, name), { recursive: true, force: true });
  }
}

/**
 * A process that waits for the end of this one, be it by SIGKILL, to remove a folder then: its stdin is a pipe that closes
 * when nobody holds the other end any more. It is in no group that a signal from a terminal goes to.
 * @returns what lets it do so at once; nothing where there is no shell: then `sweep` does it later
 */
function heir(folder: string): Promise<() => void> {
  const child = spawn('/bin/sh', ['-c', 'read -r _; rm -rf -- "$0"', folder], {
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => {});
  child.unref();
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(() => child.stdin.destroy())).once('error', () => resolve(() => {}));
  });
}

/** A closed terminal ends a process at once, without its exit handlers: so that becomes a request to end. */
function guarded(folder: string, name: string, release: () => void): PrivatePlace {
  const file = join(folder, name);
  const erase = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const onHangup = (): void => void process.kill(process.pid, 'SIGTERM');
  process.on('exit', erase).on('SIGHUP', onHangup);
  return {
    folder,
    file,
    read: (other = name) =>
      readFile(join(folder, other)).then(checked, (error: unknown) => refused(ioProblem(error, 'read', other))),
    remove: () => {
      process.off('exit', erase).off('SIGHUP', onHangup);
      erase();
      release();
    },
  };
}

const noPlace = (base: string, hint: string): Problem => ({
  code: 'no-private-place',
  severity: 'error',
  message: `${base} is no file system in memory: secrets would be in clear on a disk`,
  hint,
});
