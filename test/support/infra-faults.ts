/** A Proxmox VE that fails under `nigari infra`, at each kind of request that a good run makes, and what the next run makes of it. */
import { expect } from 'vitest';
import { expectClear } from './clear.ts';
import { infraProject, type Ended, type InfraProject } from './infra-project.ts';
import type { Fault } from './proxmox/faults.ts';
import type { Simulator } from './proxmox/simulator.ts';

/** What a run does: makes all machines, changes some, destroys all. */
export const RUNS = ['create', 'change', 'destroy'] as const;
export type Run = (typeof RUNS)[number];

/** One thing that goes wrong, at one kind of request of one run. */
export interface Mishap {
  readonly run: Run;
  /** `POST nodes/{node}/qemu`, as the simulator's table has it. */
  readonly kind: string;
  readonly fault: FaultName;
}

const NODES = `nodes:
  - { name: cp-1, address: 10.0.0.11, vm_id: 101, controller: true }
  - { name: wk-1, address: 10.0.0.21, vm_id: 111, controller: false }
  - { name: wk-2, address: 10.0.0.22, vm_id: 112, controller: false }
`;
/** Something of everything: one that changes, one whose disk grows, one that goes, one that comes. */
const CHANGED = NODES.replace('vm_id: 101', 'vm_id: 101, vm_cores: 6')
  .replace('vm_id: 111', 'vm_id: 111, vm_disk_size: 600')
  .replace('wk-2', 'wk-3')
  .replace('vm_id: 112', 'vm_id: 113')
  .replace('10.0.0.22', '10.0.0.23');
const MACHINES: Readonly<Record<Run, readonly string[]>> = {
  create: ['101 cp-1 running', '111 wk-1 running', '112 wk-2 running'],
  change: ['101 cp-1 running', '111 wk-1 running', '113 wk-3 running'],
  destroy: [],
};

const DOWN = { kind: 'status', status: 503, reason: 'Service Unavailable' } as const;

/** What goes wrong; the first time only, or each time. Some can happen only where something is asked for. */
const FAULTS = {
  'is slow': [{ kind: 'slow', milliseconds: 100 }],
  'fails once': [DOWN, 1],
  fails: [DOWN],
  'is forbidden': [{ kind: 'status', status: 403, reason: 'Permission check failed (/vms/1, VM.Allocate)' }],
  'is refused': [{ kind: 'status', status: 400, reason: 'Parameter verification failed.' }],
  'breaks off once, undone': [{ kind: 'drop', when: 'before' }, 1],
  'breaks off once, done': [{ kind: 'drop', when: 'after' }, 1],
  'breaks off, undone': [{ kind: 'drop', when: 'before' }],
  'breaks off, done': [{ kind: 'drop', when: 'after' }],
  'starts a task that fails': [{ kind: 'task', exitstatus: 'command failed', log: ['smoke'] }],
  'starts a task that takes its time': [{ kind: 'task', milliseconds: 300 }],
  'fills the storage of images': [{ kind: 'full', storage: 'local' }],
  'fills the storage of disks': [{ kind: 'full', storage: 'local-lvm' }],
  'finds the id taken': [{ kind: 'taken', name: 'foreign' }, 1],
  'finds the id taken elsewhere': [{ kind: 'taken', name: 'foreign', node: 'pve2' }, 1],
} as const satisfies Readonly<Record<string, readonly [Fault, number?]>>;
export type FaultName = keyof typeof FAULTS;

const isPossible = (kind: string, fault: FaultName): boolean => {
  const what = FAULTS[fault][0].kind;
  // To the provider a task that is unknown (400) is one that is to be known soon: it asks until its own timeout, half an hour.
  if (kind === 'GET nodes/{node}/tasks/{upid}/status' && fault === 'is refused') return false;
  if (what === 'taken') return kind === 'POST nodes/{node}/qemu';
  return !(what === 'task' || what === 'full') || !kind.startsWith('GET ');
};

/** Everything that can go wrong, by what a good life asks of Proxmox VE. */
export async function mishaps(): Promise<readonly Mishap[]> {
  const project = await aProject();
  const found: Mishap[] = [];
  for (const run of RUNS) {
    if (run === 'change') await change(project);
    const kinds = await kindsOf(project.proxmox, () => go(project, run));
    found.push(
      ...kinds.flatMap((kind) =>
        FAULT_NAMES.filter((fault) => isPossible(kind, fault)).map((fault) => ({ run, kind, fault })),
      ),
    );
  }
  return found;
}

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

async function kindsOf({ requests }: Simulator, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = requests.length;
  await work();
  return [...new Set(requests.slice(before).flatMap(({ kind }) => kind ?? []))].toSorted();
}

const aProject = (): Promise<InfraProject> => infraProject('', { nodes: ['pve', 'pve2'] }, { 'nodes.yaml': NODES });

async function change({ edit, nigari }: InfraProject): Promise<void> {
  edit('nodes.yaml', () => CHANGED);
  await nigari(['configure', '--yes', '--no-init']);
}

/** @param status that it must end with; null: any */
const go = ({ nigari }: InfraProject, run: Run, status: number | null = 0): Promise<Ended> =>
  nigari(['infra', run === 'destroy' ? 'destroy' : 'apply-auto', '--yes', '--summary'], status);

/** What goes wrong in one run is put right by the next one, and nothing is left when all is destroyed. */
async function suffer({ run, kind, fault }: Mishap): Promise<void> {
  const project = await aProject();
  const { proxmox } = project;
  if (run !== 'create') await go(project, 'create');
  if (run === 'change') await change(project);
  const [what, nth] = FAULTS[fault] as readonly [Fault, number?];
  proxmox.inject({ match: kind, fault: what, ...(nth !== undefined && { nth }) });
  const first = await go(project, run, null);
  expect([0, 2, 4], first.all).toContain(first.status);
  if (first.status !== 0) expectClear(first);
  proxmox.heal();
  removeForeign(proxmox);
  await go(project, run);
  expect(machines(proxmox)).toEqual(MACHINES[run]);
  if (run !== 'destroy') {
    expect(await project.json(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    await go(project, 'destroy');
  }
  expect(proxmox.guests()).toEqual([]);
  expect(proxmox.volumes()).toEqual(isImageLeft(kind, fault) ? [expect.stringMatching('^local:iso/')] : []);
}

/** The provider does not wait for the end of that task: whoever makes the machines again is told that the image is there. */
const isImageLeft = (kind: string, fault: FaultName): boolean =>
  kind.startsWith('DELETE nodes/{node}/storage/') && fault === 'starts a task that fails';

/** To the provider it is its own until the apply has ended, so it may start it; nothing else. */
function removeForeign({ guests, events, world }: Simulator): void {
  for (const { vmid } of guests().filter(({ name }) => name === 'foreign')) {
    expect(events(vmid).filter((event) => event !== 'started')).toEqual([]);
    world.guests.delete(vmid);
  }
}

const machines = (proxmox: Simulator): readonly string[] =>
  proxmox.guests().map(({ vmid, name, status }) => `${vmid} ${name} ${status}`);

/** Some at once. @returns what went wrong that should not */
export async function sufferAll(all: readonly Mishap[], atOnce: number): Promise<readonly string[]> {
  const rest = [...all];
  const failures: string[] = [];
  const some = async (): Promise<void> => {
    for (let mishap = rest.shift(); mishap !== undefined; mishap = rest.shift()) {
      await suffer(mishap).catch((error: Error) => {
        failures.push(`${mishap.run}: ${mishap.kind} ${mishap.fault}\n${error.message}`);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, some));
  return failures;
}
