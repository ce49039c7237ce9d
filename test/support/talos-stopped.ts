/** A cluster's life whose commands are stopped at any moment, and run again to the same end. For Linux: it looks into /proc. */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished } from 'vitest';
import { leftovers } from './cut-short.ts';
import { killAllOf, until } from './descendants.ts';
import { holdsOneOf, talosProject, type TalosProject } from './talos-project.ts';
import { watch } from './watched.ts';

/** What is stopped, in the order of a life. */
interface Stage {
  readonly args: readonly string[];
  /** Calls of the machines until its end, and a few more: fewer would leave its end untried. */
  readonly calls: number;
  /** What makes it necessary. */
  readonly prepare?: (project: TalosProject) => void;
}

export const STAGES: readonly Stage[] = [
  { args: ['bootstrap', 'talos'], calls: 22 },
  {
    args: ['talos', 'upgrade'],
    calls: 58,
    prepare: ({ edit }) =>
      edit('cluster.yaml', (text) => text.replace('talos_version: 1.13.0', 'talos_version: 1.13.2')),
  },
  {
    args: ['talos', 'apply', '--mode', 'reboot', '--yes'],
    calls: 26,
    prepare: ({ edit }) => edit('nodes.yaml', (text) => text.replaceAll(' }', ', labels: { rack: a1 } }')),
  },
];

/** When and how a run is stopped. */
export interface Stop {
  /** With all that it started, as when the power fails; or asked to end. */
  readonly how: 'SIGKILL' | 'SIGINT';
  /** Of the calls that its stage takes, and some milliseconds after them: so a slow computer stops it there, too. */
  readonly percent: number;
  readonly milliseconds: number;
}

/** What became of one that was to be stopped. */
export interface Stopped extends Stop {
  readonly stage: string;
  /** Null where it was killed; 130 where it ended since it was asked to; 0 where it was done before. */
  readonly status: number | null;
}

const moments = fc.record<Stop>({
  how: fc.constantFrom('SIGKILL', 'SIGINT'),
  percent: fc.noBias(fc.nat(99)),
  milliseconds: fc.noBias(fc.nat(600)),
});

/** @param stops how many there are in each life @returns a moment for each of them */
export const someLives = (stops: readonly number[]): readonly (readonly Stop[])[] => {
  const all = fc.sample(
    moments,
    stops.reduce((sum, count) => sum + count, 0),
  );
  return stops.map((count) => all.splice(0, count));
};

/** @param stops one for each stage, from the first one on; those without one just run */
export async function stoppedLife(stops: readonly Stop[]): Promise<readonly Stopped[]> {
  const project = await talosProject({ 'cp-1': 11, 'wk-1': 21 }, '', { timings: { install: 300 } });
  const watched = watch(project.folder, '/dev/shm');
  onTestFinished(watched.close);
  const stopped: Stopped[] = [];
  for (const [index, stage] of STAGES.entries()) {
    stage.prepare?.(project);
    await project.nigari(['configure']);
    const stop = stops[index];
    if (stop !== undefined) stopped.push(await stopOne(project, stage, stop));
    await again(project, stage);
  }
  await expectWhole(project);
  expect(watched.leaks(holdsOneOf(project.bundle()))).toEqual([]);
  return stopped;
}

async function stopOne(project: TalosProject, { args, calls }: Stage, stop: Stop): Promise<Stopped> {
  const goal = callsIn(project) + Math.floor((stop.percent / 100) * calls);
  const { ended, pid, kill } = project.start(args);
  let isOver = false;
  const over = ended.finally(() => (isOver = true));
  await until(() => isOver || callsIn(project) >= goal);
  await Promise.race([pause(stop.milliseconds), over]);
  if (!isOver && stop.how === 'SIGKILL') killAllOf(pid);
  else if (!isOver) kill('SIGINT');
  const { status, all } = await over;
  expect([null, 0, 130], all).toContain(status);
  return { ...stop, stage: args.join(' '), status };
}

const callsIn = ({ talos }: TalosProject): number =>
  [...talos.nodes.values()].reduce((sum, { calls }) => sum + calls.length, 0);

/** The same command goes on to its end. */
async function again({ nigari, folder, talos }: TalosProject, { args }: Stage): Promise<void> {
  const { stderr } = await nigari(args);
  expect(leftovers(folder)).toEqual([]);
  // An upgrade that was killed may have left a node that takes no pods: then it says so, and a person lets it.
  for (const [, name = ''] of stderr.matchAll(/kubectl uncordon (\S+)/g))
    for (const { kubernetes } of talos.clusters())
      Object.assign(kubernetes?.nodes.get(name) ?? {}, { unschedulable: false });
}

/** As if nothing had ever been stopped. */
async function expectWhole({ nigari, talos }: TalosProject): Promise<void> {
  const clusters = talos.clusters();
  expect(clusters.map(({ split, members }) => ({ split, members: [...members.keys()] }))).toEqual([
    { split: false, members: ['cp-1'] },
  ]);
  const bootstraps = talos.calls('cp-1').filter(({ call, status }) => call === 'Bootstrap' && status === 'OK');
  expect(bootstraps).toHaveLength(1);
  expect([...talos.nodes.values()].map(({ stage, version }) => `${stage} ${version}`)).toEqual(
    Array(2).fill('running 1.13.2'),
  );
  const objects = clusters.flatMap(({ kubernetes }) => [...(kubernetes?.nodes.values() ?? [])]);
  expect(new Map(objects.map(({ name, unschedulable }) => [name, unschedulable]))).toEqual(
    new Map([
      ['cp-1', false],
      ['wk-1', false],
    ]),
  );
  await nigari(['talos', 'status']);
  await nigari(['talos', 'diff', '--check']);
}
