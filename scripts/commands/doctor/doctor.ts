/** `nigari doctor`: looks at programs, keys and the repository, and says what to do about each row. */
import { validate } from '../../config/validate.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { loadInputs } from '../../system/inputs.ts';
import { listFiles, readDisk } from '../../system/disk.ts';
import { openRepository, type Which } from '../../system/git-blobs.ts';
import { openWorkTree } from '../../system/git.ts';
import {
  findOnPath,
  isAtLeast,
  programFinder,
  PROGRAMS,
  type Program,
  type ProgramName,
} from '../../system/programs.ts';
import { CLUSTER_FILE, readCluster } from '../../talos/rendered-cluster.ts';
import { checkTalosctl } from '../../talos/version.ts';
import type { CommandResult, Context } from '../context.ts';
import { ok, tell, type Row } from './row.ts';
import { lookForKeys } from '../keys.ts';
import { sealing } from './sealing.ts';
import { remedy } from '../guard/leak-remedies.ts';
import { findLeaks } from '../guard/leaks.ts';
import { KEY_FILE } from '../init/survey.ts';
import { findTofu, wayToGet } from '../infra/tofu.ts';
import { readFileOf } from '../sealed-files.ts';

/** Every examination, in the order in which they are told. */
const EXAMINATIONS: readonly ((context: Context) => Promise<readonly Row[]>)[] = [
  nodeVersion,
  programs,
  inputs,
  sealing,
  trackedFiles,
  onlyCopies,
];

/** @param isOnline ask, too, whoever OpenTofu will ask */
export async function doctor(context: Context, isOnline = false): CommandResult {
  const asked = isOnline
    ? [...EXAMINATIONS, async () => (await import('./online/online.ts')).online(context)]
    : EXAMINATIONS;
  const rows = (await Promise.all(asked.map((examine) => examine(context)))).flat();
  if (context.json) context.reporter.result(JSON.stringify({ rows }, null, 2));
  tell(context.reporter, rows);
  return rows.some(({ status }) => status === 'fail') ? Exit.refusedInput : Exit.done;
}

/** As `engines` in package.json. */
const WANTED_NODE = '20.19.0';

async function nodeVersion(): Promise<readonly Row[]> {
  const { node } = process.versions;
  if (isAtLeast(node, WANTED_NODE)) return [ok('node', node)];
  return [
    {
      name: 'node',
      status: 'fail',
      found: `${node}, wanted ${WANTED_NODE} or later`,
      remedy: 'install a newer Node.js',
    },
  ];
}

async function programs(context: Context): Promise<readonly Row[]> {
  const find = programFinder(context.env);
  const names = Object.keys(PROGRAMS) as ProgramName[];
  return Promise.all(names.map(async (name) => programRow(context, name, await find(name))));
}

async function programRow(context: Context, name: ProgramName, found: Program | null): Promise<Row> {
  const { title, purpose } = PROGRAMS[name];
  const why = found ? await unfit(context, found) : 'not found';
  if (why === null) return ok(name, found?.version ?? 'found');
  const remedy = `${title} ${purpose}; get it: ${await wayToGet(name, context.env, context.platform)}`;
  return { name, status: 'warning', found: why, remedy };
}

/**
 * Of tofu, what `configure` would say: there are others of that name, and versions that are too new. Of talosctl, what
 * `bootstrap talos` would: what is old enough for one cluster is too old for another.
 */
async function unfit(context: Context, { name, version }: Program): Promise<string | null> {
  if (name === 'tofu') return (await findTofu(context)).problems[0]?.message ?? null;
  if (name === 'talosctl') return unfitTalosctl(context, version);
  const { wanted, flawed } = PROGRAMS[name];
  if (flawed !== undefined && flawed[0] === version) return `${version}, which ${flawed[1]}: take another version`;
  return wanted === null || isAtLeast(version, wanted)
    ? null
    : `${version ?? 'unknown version'}, wanted ${wanted} or later`;
}

async function unfitTalosctl(context: Context, version: string | null): Promise<string | null> {
  const file = await readFileOf(context, CLUSTER_FILE);
  const cluster = file === null ? null : readCluster(file);
  if (!cluster?.ok) return null;
  return checkTalosctl(`Talos v${version}`, cluster.value.talosVersion).problems[0]?.message ?? null;
}

async function inputs({ root, call }: Context): Promise<readonly Row[]> {
  const result = validate(await loadInputs(root));
  if (result.ok) return [ok('inputs', 'cluster.yaml and nodes.yaml are valid')];
  const count = result.problems.filter(({ severity }) => severity === 'error').length;
  return [
    {
      name: 'inputs',
      status: 'fail',
      found: `${count} ${count === 1 ? 'error' : 'errors'}`,
      remedy: `see ${call} check`,
    },
  ];
}

async function trackedFiles(context: Context): Promise<readonly Row[]> {
  const { root, env } = context;
  const git = await findOnPath('git', env);
  if (git === null) return [];
  if ((await openWorkTree(git, root)) === null) return [noRepository];
  const which = { which: 'tracked' } as const;
  const repository = must(await openRepository(git, root), Exit.refusedInput);
  const keys = await lookForKeys(context);
  const { problems } = await findLeaks(context, repository, which, keys.ok ? keys.value.identities : []);
  if (problems.length === 0) return [ok('git', 'tracks no file that holds secrets in clear')];
  const byFile = new Map(problems.toReversed().map((problem) => [problem.file ?? '', problem]));
  return [...byFile].toReversed().map(([path, problem]) => leakRow(path, problem, which));
}

/** The first of what was found in a file; `guard --all` tells the rest. */
function leakRow(path: string, problem: Problem, which: Which): Row {
  const place = problem.line === undefined ? path : `${path}:${problem.line}:${problem.column ?? 1}`;
  return {
    name: 'git',
    status: 'fail',
    found: `${place} is tracked: ${problem.message}`,
    remedy: remedy(problem, which),
  };
}

const noRepository: Row = {
  name: 'git',
  status: 'warning',
  found: 'this folder is not in a git repository',
  remedy: 'run git init, to keep the history of what is generated',
};

/** What exists nowhere but here, because git ignores it. */
async function onlyCopies({ root }: Context): Promise<readonly Row[]> {
  const below = await listFiles(root, 'infrastructure');
  const states = below.ok ? below.value.filter((path) => path.endsWith('.tfstate')) : [];
  const key = await readDisk(root, [KEY_FILE]);
  const keyFile = key.ok && key.value.has(KEY_FILE) ? [KEY_FILE] : [];
  return [...keyFile, ...states].map((path) => ({
    name: 'backup',
    status: 'warning',
    found: `${path} may be the only copy: git ignores it`,
    remedy: 'keep a copy in a safe place',
  }));
}
