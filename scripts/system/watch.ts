/** Notices that files of a project changed, however an editor writes them. */
import { watch, type FSWatcher, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Events are only a hint: they are lost on network drives and in containers, come twice, name another file after an
 * atomic save, and end when a folder is replaced. What decides is how the files look, and that is looked at anyway,
 * this often.
 */
const LOOK_EVERY_MS = 1000;

/** An editor's save is several events; at the first of them the file may be half written. */
const SETTLE_MS = 15;

export interface Watch {
  readonly close: () => void;
}

/**
 * Calls `changed` when one of the files is written, replaced, made or removed.
 * @param root absolute path of the project; it may go and come back
 * @param names files right below it, and folders that are watched with all that is in them; they need not be there
 * @returns when it has seen how the files look now: from then on no change is missed
 */
export async function watchFiles(root: string, names: readonly string[], changed: () => void): Promise<Watch> {
  const watchers = new Map<string, FSWatcher>();
  let { look: seen, folders } = await survey(root, names);
  let [closed, due, looking] = [false, false, Promise.resolve()];
  const look = async (): Promise<void> => {
    due = false;
    const before = seen;
    ({ look: seen, folders } = await survey(root, names));
    if (closed) return;
    follow(watchers, folders, hint);
    if (seen !== before) changed();
  };
  const hint = (): void => {
    if (due || closed) return;
    due = true;
    setTimeout(() => void (looking = looking.then(look)), SETTLE_MS);
  };
  follow(watchers, folders, hint);
  const timer = setInterval(hint, LOOK_EVERY_MS);
  return {
    close() {
      closed = true;
      clearInterval(timer);
      follow(watchers, new Map(), hint);
    },
  };
}

interface Survey {
  /** Changes when any of the files does. */
  readonly look: string;
  /** Folders to wait for events in, by path and inode: a new folder at an old path is another one. */
  readonly folders: ReadonlyMap<string, string>;
}

async function survey(root: string, names: readonly string[]): Promise<Survey> {
  const folders = new Map<string, string>();
  const looks: string[] = [];
  const visit = async (path: string, inside: (path: string) => Promise<readonly string[]>): Promise<void> => {
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() !== true) return void looks.push(`${path} ${found === null ? '' : lookOf(found)}`);
    // A link may lead back to a folder that it is in.
    if ([...folders.keys()].some((key) => key.startsWith(`${inode(found)} `))) return;
    folders.set(`${inode(found)} ${path}`, path);
    for (const entry of await inside(path)) await visit(entry, all);
  };
  await visit(root, async () => names.map((name) => join(root, name)));
  return { look: looks.join('\n'), folders };
}

/** Nothing, when the folder went meanwhile. */
async function all(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name));
}

const inode = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

/** A file that was replaced has another inode, however alike the two are. */
const lookOf = (file: Stats): string => `${inode(file)} ${file.size} ${file.mtimeMs} ${file.ctimeMs}`;

/** Waits for events in these folders, and in no others any more. */
function follow(watchers: Map<string, FSWatcher>, folders: ReadonlyMap<string, string>, hint: () => void): void {
  for (const [key, watcher] of watchers) {
    if (folders.has(key)) continue;
    watcher.close();
    watchers.delete(key);
  }
  for (const [key, path] of folders) {
    const watcher = watchers.get(key) ?? watcherOf(path, hint);
    if (watcher !== null) watchers.set(key, watcher);
  }
}

/** Null where the system has none to give (its limit is reached, the file system knows no events): then looking must do. */
function watcherOf(path: string, hint: () => void): FSWatcher | null {
  try {
    return watch(path, hint).on('error', () => {});
  } catch {
    return null;
  }
}
