/** `nigari doctor`: looks at programs, keys and the repository, and says what to do about each row. */
import { validate } from '../config/validate.ts';
import { Exit } from '../problem.ts';
import { findIdentities } from '../system/identities.ts';
import { loadInputs, loadSopsConfig } from '../system/inputs.ts';
import { listFiles, readDisk } from '../system/disk.ts';
import { openWorkTree } from '../system/git.ts';
import { isAtLeast, programFinder, PROGRAMS, type ProgramName } from '../system/programs.ts';
import { recipientsIn } from '../secrets/rules.ts';
import { NIGARI, type CommandResult, type Context } from './context.ts';
import { KEY_FILE } from './survey.ts';
import { wayToGet } from './tofu.ts';

/** One finding; `remedy` is there unless all is well. */
interface Row {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}

/** Every examination, in the order in which they are told. */
const EXAMINATIONS: readonly ((context: Context) => Promise<readonly Row[]>)[] = [
  nodeVersion,
  programs,
  inputs,
  keys,
  trackedFiles,
  onlyCopies,
];

export async function doctor(context: Context): CommandResult {
  const rows = (await Promise.all(EXAMINATIONS.map((examine) => examine(context)))).flat();
  if (context.json) context.reporter.result(JSON.stringify({ rows }, null, 2));
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const row of rows) tell(context, row, width);
  return rows.some(({ status }) => status === 'fail') ? Exit.refusedInput : Exit.done;
}

const TONES = { ok: 'good', warning: 'changed', fail: 'bad' } as const;

function tell({ reporter }: Context, { name, status, found, remedy }: Row, width: number): void {
  reporter.line(`${status.padEnd(7)}  ${name.padEnd(width)}  ${found}`, TONES[status]);
  if (remedy !== undefined) reporter.line(`${' '.repeat(9)}${remedy}`);
}

const ok = (name: string, found: string): Row => ({ name, status: 'ok', found });

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

async function programs({ env, platform }: Context): Promise<readonly Row[]> {
  const find = programFinder(env);
  const names = Object.keys(PROGRAMS) as ProgramName[];
  return Promise.all(
    names.map(async (name): Promise<Row> => {
      const { title, wanted, purpose } = PROGRAMS[name];
      const found = await find(name);
      if (found && (wanted === null || isAtLeast(found.version, wanted))) return ok(name, found.version ?? 'found');
      const remedy = `${title} ${purpose}; get it: ${await wayToGet(name, env, platform)}`;
      const why = found ? `${found.version ?? 'unknown version'}, wanted ${wanted} or later` : 'not found';
      return { name, status: 'warning', found: why, remedy };
    }),
  );
}

async function inputs({ root }: Context): Promise<readonly Row[]> {
  const result = validate(await loadInputs(root));
  if (result.ok) return [ok('inputs', 'cluster.yaml and nodes.yaml are valid')];
  const count = result.problems.filter(({ severity }) => severity === 'error').length;
  return [
    {
      name: 'inputs',
      status: 'fail',
      found: `${count} ${count === 1 ? 'error' : 'errors'}`,
      remedy: `see ${NIGARI} check`,
    },
  ];
}

async function keys({ root, env }: Context): Promise<readonly Row[]> {
  const [found, config] = [await findIdentities(root, env), await loadSopsConfig(root)];
  const name = 'age key';
  if (!found.ok)
    return found.problems.map(({ message, hint }): Row => ({
      name,
      status: 'fail',
      found: message,
      ...(hint === undefined ? {} : { remedy: hint }),
    }));
  const { identities } = found.value;
  const warnings = found.problems.map(({ message, hint }): Row => ({
    name,
    status: 'warning',
    found: message,
    ...(hint === undefined ? {} : { remedy: hint }),
  }));
  const wanted = config.ok && config.value ? recipientsIn(config.value) : [];
  return [...warnings, ...recipientRows(identities, wanted)];
}

function recipientRows(
  identities: readonly { recipient: string; source: string }[],
  wanted: readonly string[],
): readonly Row[] {
  const name = 'age key';
  if (wanted.length === 0)
    return [{ name: '.sops.yaml', status: 'warning', found: 'names no age recipient', remedy: `run ${NIGARI} init` }];
  const fitting = identities.find(({ recipient }) => wanted.includes(recipient));
  const key: Row = fitting
    ? ok(name, `${fitting.recipient}, from ${fitting.source}`)
    : {
        name,
        status: 'warning',
        found: 'none at hand opens what is sealed here',
        remedy: `put the key of one of these into ${KEY_FILE}: ${wanted.join(', ')}`,
      };
  const single: readonly Row[] =
    wanted.length > 1
      ? []
      : [
          {
            name: 'recipients',
            status: 'warning',
            found: 'there is only one: when its key is lost, so are the secrets',
            remedy: 'add a second recipient to .sops.yaml, e.g. a key kept offline',
          },
        ];
  return [key, ...single];
}

/** Files that hold secrets in clear, whatever folder they are in. */
const SECRET_FILES =
  /(^|\/)(age\.key|errored\.tfstate|[^/]*\.tfstate([^/]*)|tfplan|[^/]*\.tfplan|kubeconfig|talosconfig)$|^cluster\.yaml$/;

async function trackedFiles({ root, env }: Context): Promise<readonly Row[]> {
  const git = await programFinder(env)('git');
  const tree = await openWorkTree(git?.path ?? null, root);
  if (tree === null)
    return [
      {
        name: 'git',
        status: 'warning',
        found: 'this folder is not in a git repository',
        remedy: 'run git init, to keep the history of what is generated',
      },
    ];
  const tracked = (await tree.tracked()).filter((path) => SECRET_FILES.test(path) && !/^(test|templates)\//.test(path));
  if (tracked.length === 0) return [ok('git', 'tracks no file that holds secrets in clear')];
  return tracked.map((path) => ({
    name: 'git',
    status: 'fail',
    found: `${path} is tracked`,
    remedy: `git rm --cached ${path}, commit, and change the secrets that it holds: they stay in the history`,
  }));
}

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
