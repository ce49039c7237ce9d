/** Runs of the built nigari that change, make and delete files, and are killed: what the next command makes of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { hashOf, readManifest } from '../../scripts/changes/manifest.ts';
import { wasCutShort } from '../../scripts/system/cut-short.ts';
import { leaksBelow, plant } from './planted.ts';
import { NIGARI_BIN, REPOSITORY, tree } from './project.ts';

const SEALED = 'infrastructure/secrets.sops.yaml';
const MANIFEST = '.nigari/manifest.json';

/** A file for each node: where one gets another name, its file goes and another comes. */
const TEMPLATE = { 'templates/project/docs/nodes/[node].md.njk': '#{ node.name }# has #{ node.address }#.\n' };

/** When a run is killed: at a call that changes something (`kill-at.mjs`), or some milliseconds after it began to run or to write. */
export type Moment = { readonly call: number } | { readonly after: 'start' | 'journal'; readonly milliseconds: number };

/** What a run that was killed came to. */
export interface Cut {
  readonly moment: Moment;
  /** False when it had ended before: then the rest is of no interest. */
  readonly wasKilled: boolean;
  readonly tree: 'old' | 'new' | 'mixed';
  /** Whatever is not as it has to be. */
  readonly faults: readonly string[];
}

type Files = ReadonlyMap<string, Buffer>;

interface Stage {
  readonly base: string;
  /** A project that is configured, and whose inputs have changed since. */
  readonly project: string;
  readonly old: Files;
  readonly new: Files;
}

const planted = plant();

/**
 * Moments at random, every other one while files are written. A run that had ended before it could be killed does not
 * count: it says that they take less time just now.
 */
export function randomMoments(runs: number): (last: Cut | null) => Moment | null {
  let left = runs;
  const spans = { start: 2000, journal: 60 };
  return (last) => {
    if (last !== null && !last.wasKilled && 'after' in last.moment) {
      left += 1;
      spans[last.moment.after] *= 0.9;
    }
    if (left === 0) return null;
    left -= 1;
    const after = left % 2 === 0 ? 'start' : 'journal';
    return { after, milliseconds: Math.random() * spans[after] };
  };
}

/** @param wanted asks for the next moment, until it says that there is none. @param atOnce how many at a time */
export async function cutRuns(wanted: (last: Cut | null) => Moment | null, atOnce: number): Promise<readonly Cut[]> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'nigari-cut-')));
  const cuts: Cut[] = [];
  try {
    const stage = await makeStage(base);
    const worker = async (name: string): Promise<void> => {
      let last: Cut | null = null;
      for (let moment = wanted(last); moment !== null; moment = wanted(last)) {
        last = await cutRun(stage, join(base, name), moment);
        if (last.wasKilled) cuts.push(last);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, (_, index) => worker(`run-${index}`)));
    return cuts;
  } finally {
    rmSync(base, { recursive: true });
  }
}

async function makeStage(base: string): Promise<Stage> {
  const project = join(base, 'project');
  put(project, { ...plant().files, ...TEMPLATE });
  await mustRun(base, project, ['init']);
  await mustRun(base, project, ['configure', '--no-init']);
  const old = made(project);
  // Other secrets, a node with another name, a file of ours less and one more.
  put(project, { ...planted.files, 'nodes.yaml': planted.files['nodes.yaml'].replace('name: wk-1,', 'name: wk-9,') });
  put(project, { 'templates/project/docs/new/README.md.njk': 'new\n' });
  const next = join(base, 'next');
  cpSync(project, next, { recursive: true });
  await mustRun(base, next, ['configure', '--no-init']);
  return { base, project, old, new: made(next) };
}

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** All but inputs, and what only this machine remembers. */
function made(project: string): Files {
  const isInput = /^(templates\/|\.nigari\/cache\/|(cluster|nodes)\.yaml$)/;
  return new Map([...tree(project)].filter(([path]) => !isInput.test(path)));
}

async function cutRun({ base, project, ...stage }: Stage, folder: string, moment: Moment): Promise<Cut> {
  rmSync(folder, { recursive: true, force: true });
  cpSync(project, folder, { recursive: true });
  const wasKilled = await runAndKill(base, folder, moment);
  if (!wasKilled) return { moment, wasKilled, tree: 'new', faults: [] };
  const leaks = leaksBelow(folder, planted);
  const check = await run(base, folder, ['check']);
  const now = made(folder);
  const which = sameTree(now, stage.old) ? 'old' : sameTree(now, stage.new) ? 'new' : 'mixed';
  const configure = await run(base, folder, ['configure', '--no-init']);
  const faults = [
    ...leaks.map((path) => `in clear: ${path}`),
    ...(check.status === 0 ? [] : [`check: ${check.all}`]),
    ...unlisted(now),
    ...(which === 'mixed' ? [...now.keys()] : []),
    ...(configure.status === 0 ? [] : [`configure: ${configure.all}`]),
    ...(sameTree(made(folder), stage.new) ? [] : ['the tree after configure']),
    ...leftovers(folder),
    ...leaksBelow(folder, planted).map((path) => `in clear after: ${path}`),
  ];
  return { moment, wasKilled, tree: which, faults };
}

/** What is sealed anew has other bytes each time, and another hash in the manifest. */
function sameTree(one: Files, other: Files): boolean {
  const plain = ([path]: readonly [string, Buffer]): boolean => path !== SEALED && path !== MANIFEST;
  const text = (files: Files): string =>
    JSON.stringify([...files].filter(plain).map(([path, bytes]) => [path, String(bytes)]));
  return text(one) === text(other) && one.has(SEALED) === other.has(SEALED);
}

/** Files that are not what the manifest says: it is written with them or not at all. */
function unlisted(files: Files): readonly string[] {
  const bytes = files.get(MANIFEST);
  const manifest = readManifest(bytes === undefined ? null : { path: MANIFEST, bytes });
  if (!manifest.ok || manifest.value === null) return ['no manifest'];
  const wrong = [...manifest.value.files].filter(
    ([path, { sha256 }]) => hashOf(files.get(path) ?? Buffer.alloc(0)) !== sha256,
  );
  return wrong.map(([path]) => `not as the manifest says: ${path}`);
}

/** A lock is none: whoever writes next takes it over. */
export function leftovers(folder: string): readonly string[] {
  const isLeft = /\.[0-9a-f]{12}\.(tmp|old)$|^\.nigari\/journal\.json$/;
  return [...tree(folder).keys()].filter((path) => isLeft.test(path)).map((path) => `left: ${path}`);
}

function start(base: string, cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const node = 'NIGARI_KILL_AT' in env ? ['--import', join(REPOSITORY, 'test/support/kill-at.mjs')] : [];
  const all = { PATH: '', HOME: join(base, 'home'), TMPDIR: base, NO_COLOR: '1', ...env };
  return spawn(process.execPath, [...node, NIGARI_BIN, ...args], { cwd, env: all, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function runAndKill(base: string, cwd: string, moment: Moment): Promise<boolean> {
  const args = ['configure', '--no-init'];
  const child = start(base, cwd, args, 'call' in moment ? { NIGARI_KILL_AT: String(moment.call) } : {});
  child.stdout.resume();
  child.stderr.resume();
  const exit = once(child, 'exit');
  if ('after' in moment) {
    while (moment.after === 'journal' && child.exitCode === null && !wasCutShort(cwd)) await pause(1);
    await Promise.race([pause(moment.milliseconds), exit]);
    child.kill('SIGKILL');
  }
  await exit;
  return child.signalCode === 'SIGKILL';
}

async function run(base: string, cwd: string, args: readonly string[]) {
  const child = start(base, cwd, args);
  let all = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (all += text));
  await once(child, 'close');
  return { status: child.exitCode, all };
}

async function mustRun(base: string, cwd: string, args: readonly string[]): Promise<void> {
  const { status, all } = await run(base, cwd, args);
  if (status !== 0) throw new Error(all);
}
