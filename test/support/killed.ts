/** Runs of nigari that are killed at random moments, and what they leave of secrets. For Linux: it looks into /proc. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { leaksBelow, plant, type Planted } from './planted.ts';
import { nigari, NIGARI_BIN } from './project.ts';

/** What is going on when a run is killed. */
interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** Makes of a configured project, with secrets of its own, what the run finds. */
  readonly prepare?: (project: string, planted: Planted) => void;
  readonly stdin?: (planted: Planted) => string;
  readonly editor?: string;
  /** What a person does before the next run. */
  readonly mend?: (project: string) => void;
  readonly next?: readonly string[];
}

function write(files: Readonly<Record<string, string>>): (project: string) => void {
  return (project) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(project, path, '..'), { recursive: true });
      writeFileSync(join(project, path), text);
    }
  };
}

const remove = (path: string) => (project: string) => rmSync(join(project, path), { recursive: true, force: true });
const newSecrets = (project: string, { files }: Planted): void => write(files)(project);
const password = ({ values }: Planted): string => values['tfstate_password'] ?? '';

/** A program that writes a secret into what it is to edit, and stays a while. */
const EDITOR = `#!/bin/sh
printf 'token: "%s"\\n' "$PLANTED" >> "$1"
sleep 0.1
`;

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'the first configure',
    args: ['configure'],
    prepare: (project, planted) => {
      remove('infrastructure')(project);
      newSecrets(project, planted);
    },
  },
  { name: 'configure with new secrets', args: ['configure'], prepare: newSecrets },
  { name: 'configure --force', args: ['configure', '--force'], prepare: newSecrets },
  ...Object.entries({
    'a template that prints a secret': { 'templates/project/x.txt.njk': '#{ cluster.tfstate_password }#\n' },
    'a sealed template that is no YAML': {
      'templates/project/x.sops.yaml.njk': 'a: "#{ cluster.tfstate_password }#\n',
    },
    'a template that is no HCL': { 'templates/stack/x.tf.njk': 'x = = 1\n' },
  }).map(([name, files]): Scenario => ({
    name,
    args: ['configure'],
    prepare: (project, planted) => {
      newSecrets(project, planted);
      write(files)(project);
    },
    mend: remove('templates'),
  })),
  {
    name: 'moving credentials',
    args: ['init', '--commit-config'],
    prepare: newSecrets,
    next: ['init', '--commit-config'],
  },
  { name: 'secrets set', args: ['secrets', 'set', 'token'], stdin: password, next: ['secrets', 'list'] },
  {
    name: 'secrets edit',
    args: ['secrets', 'edit', 'secrets.sops.yaml'],
    editor: EDITOR,
    next: ['secrets', 'edit', 'secrets.sops.yaml'],
  },
];

/** What a run that was killed has left. */
export interface Outcome {
  readonly scenario: string;
  /** Files, folders in memory and open files that held a secret. */
  readonly leaks: readonly string[];
  /** The run after it. */
  readonly next: { readonly status: number | null; readonly all: string };
}

/** How long a scenario takes, in milliseconds, as far as is known: that depends on what else the machine does. */
type Spans = Map<Scenario, number>;

/**
 * @param runs how many are killed, over all scenarios in turn
 * @param atOnce how many of them at a time
 */
export async function killedRuns(runs: number, atOnce: number): Promise<readonly Outcome[]> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'nigari-killed-')));
  const outcomes: Outcome[] = [];
  let begun = 0;
  try {
    const template = makeTemplate(join(base, 'template'));
    const spans: Spans = new Map();
    const worker = async (): Promise<void> => {
      for (let run = begun++; run < runs; run = begun++) {
        const scenario = SCENARIOS[run % SCENARIOS.length] as Scenario;
        outcomes.push(await killedRun(scenario, template, join(base, `run-${run}`), spans));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return outcomes;
  } finally {
    rmSync(base, { recursive: true });
  }
}

/** A configured project, with secrets that nothing is planted of. */
function makeTemplate(folder: string): string {
  mkdirSync(folder);
  write(plant().files)(folder);
  for (const { status, all } of [nigari(folder, ['init']), nigari(folder, ['configure'])])
    if (status !== 0) throw new Error(all);
  return folder;
}

interface Started {
  readonly child: ChildProcess;
  readonly project: string;
  /** Of the run, and of whatever it starts. */
  readonly env: Readonly<Record<string, string>>;
}

function start(scenario: Scenario, template: string, base: string, planted: Planted): Started {
  const project = join(base, 'project');
  cpSync(template, project, { recursive: true });
  scenario.prepare?.(project, planted);
  const editor = join(base, 'editor');
  for (const folder of ['home', 'tmp']) mkdirSync(join(base, folder));
  if (scenario.editor !== undefined) writeFileSync(editor, scenario.editor, { mode: 0o755 });
  const env = { PATH: '/usr/bin:/bin', HOME: join(base, 'home'), TMPDIR: join(base, 'tmp'), EDITOR: editor };
  const secret = scenario.editor === undefined ? {} : { PLANTED: password(planted).replace(/["\\]/g, '\\$&') };
  const child = spawn(process.execPath, [NIGARI_BIN, ...scenario.args], {
    cwd: project,
    env: { ...env, ...secret },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.on('error', () => {}).end(scenario.stdin?.(planted));
  return { child, project, env };
}

/** One that was done before it could be killed does not count: it says how long they take just now. */
async function killedRun(scenario: Scenario, template: string, base: string, spans: Spans): Promise<Outcome> {
  const planted = plant();
  const started = performance.now();
  const { child, project, env } = start(scenario, template, base, planted);
  const exit = once(child, 'exit');
  const span = spans.get(scenario);
  await (span === undefined ? exit : Promise.race([pause(Math.random() * span), exit]));
  // Held still, so that what it has open can be looked at.
  child.kill('SIGSTOP');
  const open = [child.pid ?? 0, ...descendants(env)].flatMap((pid) => openLeaks(pid, planted));
  child.kill('SIGKILL');
  await exit;
  for (const pid of descendants(env)) kill(pid);
  if (child.signalCode !== 'SIGKILL') {
    spans.set(scenario, performance.now() - started);
    rmSync(base, { recursive: true });
    return killedRun(scenario, template, base, spans);
  }
  const disk = [project, join(base, 'home'), join(base, 'tmp')].flatMap((folder) => leaksBelow(folder, planted));
  const memory = await inMemory(child.pid ?? 0);
  scenario.mend?.(project);
  const next = await run(project, scenario.next ?? ['configure'], { ...env, EDITOR: 'true' });
  const after = leaksBelow(project, planted);
  rmSync(base, { recursive: true });
  return { scenario: scenario.name, leaks: [...open, ...disk, ...memory, ...after], next };
}

/** To the end, while others go on. */
async function run(cwd: string, args: readonly string[], env: Started['env']): Promise<Outcome['next']> {
  const child = spawn(process.execPath, [NIGARI_BIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let all = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (all += text));
  await once(child, 'close');
  return { status: child.exitCode, all };
}

/** Processes that live and have this run's folder for temporary files. */
function descendants({ TMPDIR = '' }: Started['env']): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isOurs = (pid: string): boolean =>
    orNothing(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(`TMPDIR=${TMPDIR}\0`);
  return pids.filter(isOurs).map(Number);
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return '';
  }
}

/** Open files that hold a secret, removed ones too; not those in memory, of which only `secrets edit` has some, nor the inputs. */
export function openLeaks(pid: number, { foundIn }: Planted): readonly string[] {
  const descriptors = orNothing(() => readdirSync(`/proc/${pid}/fd`).join('\n')).split('\n');
  return descriptors.flatMap((fd) => {
    const path = `/proc/${pid}/fd/${fd}`;
    const target = orNothing(() => readlinkSync(path));
    if (target === '' || /^\/dev\/shm\/nigari-clear-|\/(cluster\.yaml|age\.key)$/.test(target)) return [];
    const isFile = orNothing(() => (statSync(path).isFile() ? 'yes' : '')) !== '';
    return isFile && foundIn(orNothing(() => readFileSync(path, 'latin1'))).length > 0 ? [`open: ${target}`] : [];
  });
}

/** What `secrets edit` of a process that was killed has left in memory, once there was time to remove it. */
async function inMemory(pid: number): Promise<readonly string[]> {
  const left = (): readonly string[] =>
    readdirSync('/dev/shm').filter((name) => name.startsWith(`nigari-clear-${pid}-`));
  for (let tries = 0; tries < 500 && left().length > 0; tries += 1) await pause(20);
  return left();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
