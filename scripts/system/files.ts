/**
 * The few things that we ask of the file system, so that a test can let any one of them fail. Node's functions that wait are
 * used throughout: the others change the thread for each call, which takes many times as long as the call. Only what truly takes
 * long, to bring something to the disk, goes on beside other work.
 */
import {
  closeSync,
  fchmodSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';
import { errno } from './io-problem.ts';

/** All paths are absolute. Each call fails as Node's do, with an errno name in `error.code`. */
export interface FilePort {
  /** The path without symbolic links. */
  readonly realpath: (path: string) => Promise<string>;
  /** About the path itself, not what it links to; null where nothing is. */
  readonly lstat: (path: string) => Promise<Stats | null>;
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Makes a new file, whole and on the disk; fails when one is there. What a failure leaves, the caller removes. */
  readonly create: (path: string, bytes: Uint8Array, mode: Mode) => Promise<void>;
  readonly makeFolder: (path: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly removeFolder: (path: string) => Promise<void>;
  /** Brings a folder's names to the disk, where the system can. */
  readonly syncFolder: (path: string) => Promise<void>;
}

/** Permission bits: of a new file (the umask takes from them), or exactly those that a replaced file had. */
export interface Mode {
  readonly bits: number;
  readonly exact: boolean;
}

const sync = promisify(fsync);

/** The disk. */
export const nodeFiles: FilePort = {
  realpath: async (path) => realpathSync.native(path),
  lstat: async (path) => lstatSync(path, { throwIfNoEntry: false }) ?? null,
  read: async (path) => readFileSync(path),
  create: async (path, bytes, mode) => {
    const file = openSync(path, 'wx', mode.bits);
    await thenClose(file, async () => {
      writeFileSync(file, bytes);
      if (mode.exact) fchmodSync(file, mode.bits);
      await sync(file);
    });
  },
  makeFolder: async (path) => mkdirSync(path),
  rename: async (from, to) => renameSync(from, to),
  remove: async (path) => unlinkSync(path),
  removeFolder: async (path) => rmdirSync(path),
  syncFolder,
};

/** A failed close is a failed write: some file systems report a full disk only then. */
async function thenClose(file: number, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch (error) {
    closeQuietly(file);
    throw error;
  }
  closeSync(file);
}

function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // What went wrong before is told.
  }
}

/** What systems answer that cannot open or sync a folder (Windows, some network and FUSE file systems). */
const CANNOT_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = openSync(path, 'r');
    await thenClose(folder, () => sync(folder));
  } catch (error) {
    if (!CANNOT_SYNC.has(errno(error) ?? '')) throw error;
  }
}
