/** Looks at everything that a run of `configure` reads and makes, so that the next one can tell that nothing changed. */
import { delimiter, isAbsolute, join, posix, resolve } from 'node:path';
import { MANIFEST_FILE } from '../../changes/manifest.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import type { ClusterYaml } from '../../config/written.gen.ts';
import { Exit, must } from '../../problem.ts';
import { chosenProvider, settingsOf } from '../../secrets/providers/settings.ts';
import { assetsDirectory } from '../../system/assets.ts';
import { dataFolder, readInitInputs } from '../../system/init-record.ts';
import { usersKeyFile } from '../../system/key-places.ts';
import { remember } from '../../system/last-run.ts';
import { hashOfContent, isAsObserved, observe, observeAll, type Observed } from '../../system/observed.ts';
import { findOnPath } from '../../system/programs.ts';
import { settingsPlaces } from '../../system/tofu-settings.ts';
import type { Change, Disk, Instance } from '../../types.ts';
import type { ConfigureOptions } from './options.ts';
import type { Outcome } from './report.ts';
import type { Context } from '../context.ts';
import { DIRECTORIES } from './held-files.ts';
import { askedOf, type Said } from './unchanged.ts';

/** A run that is watched from its beginning. */
export interface Sighting {
  /** Keeps what was said for later runs, unless what the run read has changed meanwhile. */
  readonly keep: (done: Outcome, of: Circumstances) => Promise<void>;
}

export interface Circumstances {
  /** As in `Said`. */
  readonly init: boolean;
  /** As in cluster.yaml. */
  readonly secrets: ClusterYaml['secrets'];
  readonly instances: readonly Instance[];
  /** As compared. */
  readonly disk: Disk;
}

export async function sight(context: Context, options: ConfigureOptions): Promise<Sighting> {
  const begun = Date.now();
  const before = options.check ? null : await attempt(() => inputs(context));
  return {
    keep: async (done, { init, secrets, instances, disk }) => {
      if (before === null || !isForeseeable(context, secrets, done)) return;
      const taken = Date.now();
      const said: Said = { ...again(done), init };
      const made = await attempt(() => outputs(context, said.unchanged, instances));
      if (made === null || !isAsLeft(context.root, made, done.changes, disk)) return;
      if (!before.every((one) => isAsObserved(one, begun, (content) => content))) return;
      await remember(context, { asked: askedOf(context, options), taken, seen: [...before, ...made], said });
    },
  };
}

/** Whether nobody changed a generated file since it was written or compared: `tofu init` may take its time. */
function isAsLeft(root: string, made: readonly Observed[], changes: readonly Change[], disk: Disk): boolean {
  const contents = new Map(made.map(({ path, content }) => [path, content]));
  return changes.every((change) => {
    const bytes = 'sealed' in change ? change.sealed.bytes : disk.get(change.path)?.bytes;
    return change.kind === 'delete' || (bytes && contents.get(join(root, change.path)) === hashOfContent(bytes));
  });
}

/** What the next run would say of the same. */
function again({ changes, problems, initialised, next }: Outcome): Omit<Said, 'init'> {
  return {
    unchanged: changes.filter(({ kind }) => kind !== 'delete').map(({ path }) => path),
    problems,
    initialised: initialised.map((one) => (one.status === 'done' ? { ...one, status: 'not due' } : one)),
    next,
  };
}

/** Where something can be neither file nor folder, or not be looked at, there is nothing to be remembered. */
async function attempt<T>(look: () => T | Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch {
    return null;
  }
}

const SECRETS_FILE = settingsOf('sops-age').file;

/** Why init was skipped that shows by what is looked at: PATH and its folders, the environment, the inputs. */
const FORESEEABLE = ['tofu-missing', 'tofu-settings-missing', 'credential-missing'];

/** What a program, a server or another file answers may change unseen: such runs are always made. */
function isForeseeable({ env }: Context, secrets: ClusterYaml['secrets'], { initialised }: Outcome): boolean {
  if (env['SOPS_AGE_KEY_CMD']) return false;
  if (chosenProvider(secrets) !== 'sops-age' || settingsOf('sops-age', secrets).file !== SECRETS_FILE) return false;
  return initialised.every(
    ({ status, problems }) => status !== 'failed' && problems.every(({ code }) => FORESEEABLE.includes(code)),
  );
}

/** What a run reads before it knows what it makes: inputs, keys, templates, programs, and nigari itself. */
async function inputs(context: Context): Promise<readonly Observed[]> {
  const { root, env, platform } = context;
  const own = assetsDirectory();
  const named = ['cluster.yaml', 'nodes.yaml', SEALED_FILE, SECRETS_FILE, '.sops.yaml', 'age.key'];
  const keys = [env['SOPS_AGE_KEY_FILE'], usersKeyFile(env, platform as NodeJS.Platform)].filter((path) => !!path);
  // A program that comes or goes changes the names in a folder of PATH.
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const tofu = await findOnPath('tofu', env);
  const files = [
    ...named,
    ...keys,
    ...folders,
    ...(tofu === null ? [] : [tofu]),
    ...settingsPlaces(context),
    join(own, 'dist/nigari.js'),
  ];
  const templates = new Set([own, root].map((folder) => join(folder, 'templates')));
  const paths = new Set(files.map((path) => resolve(root, path ?? '')));
  return [...[...paths].map(observe), ...[...templates].flatMap(observeAll)];
}

const MEMORIES = [MANIFEST_FILE, '.nigari/cache/sealed.json', '.nigari/cache/init.json'];

/** What a run made, what else lies beside it, and what nigari remembers of it. */
async function outputs(
  { root, env }: Context,
  made: readonly string[],
  instances: readonly Instance[],
): Promise<readonly Observed[]> {
  const directories = [...new Set([...DIRECTORIES, ...instances.map(({ directory }) => directory)])];
  const dotTerraform = directories.map((directory) => dataFolder(root, directory, env));
  const others = await Promise.all(directories.map((directory) => initInputs(root, directory)));
  const files = [...made, ...MEMORIES, ...others.flat()];
  const paths = new Set([...files, ...files.flatMap(foldersOf), ...directories, ...dotTerraform]);
  // What is remembered goes there too.
  return [...paths].filter((path) => !isOwnFolder(path)).map((path) => observe(resolve(root, path)));
}

async function initInputs(root: string, directory: string): Promise<readonly string[]> {
  const files = must(await readInitInputs(root, directory), Exit.refusedInput);
  return [...files.keys()].map((name) => `${directory}/${name}`);
}

/** The folders that a file lies in, without the project itself. */
function foldersOf(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

/** In it names come and go that mean nothing: this cache, a lock. */
const isOwnFolder = (path: string): boolean => path === '.nigari' || path === '.nigari/cache';
