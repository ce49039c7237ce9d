/** Which paths nigari may write below a project, and so may ever take away again. */
import { posix } from 'node:path';

/** Files that are the user's own: no template may write them. */
const RESERVED = new Set([
  'cluster.yaml',
  'nodes.yaml',
  'cluster.sops.yaml',
  '.sops.yaml',
  'age.key',
  '.gitignore',
  '.gitattributes',
  'package.json',
]);
const RESERVED_FOLDERS = new Set(['.git', '.nigari', 'node_modules', 'templates']);

/** Git's own folder in every spelling that a file system takes for it, and the file by which sops finds its keys. */
const RESERVED_ANYWHERE = /^(\.git|git~\d+|\.sops\.ya?ml)$/i;

/** Names of devices, with any ending, and names whose end Windows cuts off. */
const NOT_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[. ]$/i;

/** `outside`: of the project, or of what every system allows as a name. `reserved`: the user's own, or git's. */
export type PathFault = 'outside' | 'reserved';

/** @param path relative to the project, with `/` @returns null for a path that a template may write */
export function pathFault(path: string): PathFault | null {
  const parts = path.split('/');
  if (isOutside(path, parts)) return 'outside';
  const isReserved = RESERVED.has(path.toLowerCase()) || RESERVED_FOLDERS.has((parts[0] ?? '').toLowerCase());
  return isReserved || parts.some((part) => RESERVED_ANYWHERE.test(part)) ? 'reserved' : null;
}

/** Windows' separators, drives and reserved characters are refused everywhere: a project moves between systems. */
function isOutside(path: string, parts: readonly string[]): boolean {
  if (posix.isAbsolute(path) || posix.normalize(path) !== path) return true;
  return parts.some((part) => part === '..' || NOT_ON_WINDOWS.test(part)) || /[\u0000-\u001f<>:"|?*\\]/.test(path);
}
