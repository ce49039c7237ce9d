/** What the operating system refused, as a problem with a remedy. */
import type { Problem } from '../problem.ts';

interface Refused {
  readonly code: string;
  readonly reason: string;
  readonly hint: string;
}

const PERMISSION: Refused = {
  code: 'permission-denied',
  reason: 'permission denied',
  hint: 'give yourself the right to it (its folder must be writable too), or run as the owner of the project',
};
const DISK_FULL: Refused = {
  code: 'disk-full',
  reason: 'no space is left on the device',
  hint: 'free some space, then run the command again',
};
const FILE_IN_THE_WAY: Refused = {
  code: 'file-in-the-way',
  reason: 'a file stands where a folder is needed',
  hint: 'move that file away',
};
const LINK_LOOP: Refused = {
  code: 'link-loop',
  reason: 'its symbolic links lead in a circle',
  hint: 'remove the link, or let it point to a file',
};
const TOO_MANY_OPEN: Refused = {
  code: 'too-many-open-files',
  reason: 'too many files are open',
  hint: 'raise the limit: ulimit -n 4096',
};

/** errno name (Node's `error.code`) → what to say. Names: errno(3); Windows' errors are mapped to them by libuv. */
const BY_ERRNO: Readonly<Record<string, Refused>> = {
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: {
    code: 'read-only-file-system',
    reason: 'the file system is read-only',
    hint: 'mount it writable, or work in a copy of the project',
  },
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  ENOENT: {
    code: 'file-vanished',
    reason: 'it is not there',
    hint: 'it may have been removed meanwhile: run the command again',
  },
  ENOTDIR: FILE_IN_THE_WAY,
  EEXIST: FILE_IN_THE_WAY,
  EISDIR: {
    code: 'folder-in-the-way',
    reason: 'a folder stands where a file is needed',
    hint: 'move that folder away',
  },
  ENAMETOOLONG: {
    code: 'name-too-long',
    reason: 'its name is too long for this file system',
    hint: 'shorten the name, or the path of the project',
  },
  ELOOP: LINK_LOOP,
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  EBUSY: {
    code: 'file-busy',
    reason: 'another program is using it',
    hint: 'close that program, then run the command again',
  },
};

/** The errno name of what Node threw, or null when the error does not come from the operating system. */
export function errno(error: unknown): string | null {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

/**
 * @param action what was tried, as in `cannot <action> <path>`
 * @param path relative to the project, as messages name it
 * @throws the error itself when it does not come from the operating system: then it is a bug
 */
export function ioProblem(error: unknown, action: 'read' | 'write' | 'list', path: string): Problem {
  const code = errno(error);
  if (code === null) throw error;
  const known = BY_ERRNO[code] ?? { code: 'io-failed', reason: code, hint: 'see what the system says about that file' };
  return {
    code: known.code,
    severity: 'error',
    file: path,
    message: `cannot ${action} ${path}: ${known.reason}`,
    hint: known.hint,
  };
}
