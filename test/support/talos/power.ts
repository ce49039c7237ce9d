/** Reboots, shutdowns, resets, and the events that tell of them. */
import { randomUUID } from 'node:crypto';
import { onController, type Call, type Row } from './call.ts';
import { powerOff, reboot, whileUp, wipe } from './life.ts';
import { isController } from './machine-config.ts';
import { encode } from './protocol.ts';
import { changed, clusterOf, type MachineEvent } from './world.ts';

/** How long a node still answers after it was told to go: its clients read of it meanwhile. */
const NOTICE = 300;

const START = 1;

/** What a machine is told to do, as events under an id that its clients follow. */
export class Sequence {
  readonly actorId = randomUUID();
  readonly #call: Call;
  readonly #name: string;

  constructor(call: Call, name: string) {
    this.#call = call;
    this.#name = name;
    this.#say('SequenceEvent', { sequence: name, action: START });
  }

  /** Clients of a reset wait for this. */
  stopServices(): this {
    this.#say('PhaseEvent', { phase: 'stopServices', action: 0 });
    this.#say('TaskEvent', { task: 'stopAllServices', action: 0 });
    return this;
  }

  fail(message: string): void {
    this.#say('SequenceEvent', { sequence: this.#name, action: 0, error: { code: 0, message } });
  }

  #say(type: MachineEvent['type'], value: object): void {
    const { world, node } = this.#call;
    node.events.push({ type, value, actorId: this.actorId });
    changed(world);
  }
}

function rebootNode(call: Call): object {
  const { world, node } = call;
  if (node.broken && node.running !== null) node.installed = node.running;
  node.broken = false;
  const { actorId } = new Sequence(call, 'reboot').stopServices();
  whileUp(world, node, NOTICE, () => reboot(world, node));
  return { actorId };
}

function shutdown(call: Call): object {
  const { world, node } = call;
  const { actorId } = new Sequence(call, 'shutdown').stopServices();
  whileUp(world, node, NOTICE, () => powerOff(node));
  return { actorId };
}

function reset(call: Call): object {
  const { world, node, request } = call;
  const labels = (request.systemPartitionsToWipe as { label: string; wipe: boolean }[])
    .filter(({ wipe: isWiped }) => isWiped)
    .map(({ label }) => label);
  const gone = (label: string): boolean => labels.length === 0 || labels.includes(label);
  if (request.graceful) leaveCluster(call);
  const { actorId } = new Sequence(call, 'reset').stopServices();
  node.stage = 'resetting';
  whileUp(world, node, NOTICE, () => {
    wipe(node, { state: gone('STATE'), ephemeral: gone('EPHEMERAL'), meta: gone('META') });
    if (request.reboot) reboot(world, node);
    else powerOff(node);
  });
  return { actorId };
}

/** A control plane that goes in good order takes its leave of etcd. */
function leaveCluster(call: Call): void {
  const { config } = call.node;
  if (config === null || !isController(config)) return;
  onController(call, 'reset');
  clusterOf(call.world, config).members.delete(call.node.name);
}

const messageOf = ({ type, value, actorId }: MachineEvent): object => ({
  data: { typeUrl: `talos/runtime/machine.${type}`, value: encode(`machine.${type}`, value) },
  id: randomUUID(),
  actorId,
});

/** What was (as many as asked for, all for a negative number) and then what comes, until the connection breaks. */
async function events({ world, node, request, send, over }: Call): Promise<void> {
  send({});
  const tail = request.tailEvents as number;
  let at = tail < 0 ? 0 : Math.max(0, node.events.length - tail);
  const { events: own } = node;
  const follow = (): void => {
    for (; at < own.length; at += 1) send(messageOf(own[at] as MachineEvent));
  };
  follow();
  world.changes.on('changed', follow);
  await new Promise((resolve) => over.addEventListener('abort', resolve));
  world.changes.off('changed', follow);
}

export const powerRows: readonly Row[] = [
  ['Reboot', 'operator', rebootNode],
  ['Shutdown', 'operator', shutdown],
  ['Reset', 'admin', reset],
  ['Events', 'reader', events],
];
