/** The few things that we ask of the file system, so that a test can let any one of them fail. */
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readFile, realpath, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { errno } from './io-problem.ts';

/** All paths are absolute. Each call fails as Node's do, with an errno name in `error.code`. */
export interface FilePort {
  /** The path without symbolic links. */
  readonly realpath: (path: string) => Promise<string>;
  /** About the path itself, not what it links to. */
  readonly lstat: (path: string) => Promise<Stats>;
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

/** The disk. */
export const nodeFiles: FilePort = {
  realpath: (path) => realpath(path),
  lstat: (path) => lstat(path),
  read: (path) => readFile(path),
  create: async (path, bytes, mode) => {
    const file = await open(path, 'wx', mode.bits);
    await thenClose(file, async () => {
      await file.writeFile(bytes);
      if (mode.exact) await file.chmod(mode.bits);
      await file.sync();
    });
  },
  makeFolder: async (path) => {
    await mkdir(path);
  },
  rename,
  remove: unlink,
  removeFolder: rmdir,
  syncFolder,
};

/** A failed close is a failed write: some file systems report a full disk only then. */
async function thenClose(file: FileHandle, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
  await file.close();
}

/** What systems answer that cannot open or sync a folder (Windows, some network and FUSE file systems). */
const CANNOT_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await thenClose(folder, () => folder.sync());
  } catch (error) {
    if (!CANNOT_SYNC.has(errno(error) ?? '')) throw error;
  }
}
