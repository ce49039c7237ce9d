/** Another Talos on the disk: `machine.ImageService`, `machine.LifecycleService`, and the call of Talos before 1.13. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { Refused, type Call, type Row } from './call.ts';
import { reboot, whileUp } from './life.ts';
import { Sequence } from './power.ts';

const LAYERS = ['layer-1', 'layer-2'];
const BYTES = 50_000_000;

async function pull({ world, request, send }: Call): Promise<void> {
  const { imageRef } = request as { imageRef: string };
  if (!/^[\w.:/@-]+$/.test(imageRef)) throw new Refused(status.INVALID_ARGUMENT, 'invalid image reference');
  for (const layerId of LAYERS) {
    for (const [state, offset] of [
      [0, 0],
      [0, BYTES / 2],
      [1, BYTES],
      [3, BYTES],
    ] as const) {
      const progress = {
        status: state,
        elapsed: { seconds: '1', nanos: 0 },
        offset: String(offset),
        total: String(BYTES),
      };
      send({ pullProgress: { layerId, progress } });
    }
    await delay(world.timings.upgrade / LAYERS.length);
  }
  send({ name: imageRef });
}

const STEPS = ['running Talos installer', 'installing', 'updating boot loader', 'installation complete'];

async function install({ world, node, request, send }: Call): Promise<void> {
  // Talos learned this in 1.13.
  if (/^1\.(?:\d|1[0-2])\./.test(node.version))
    throw new Refused(status.UNIMPLEMENTED, 'unknown service machine.LifecycleService');
  if (node.installed === null) throw new Refused(status.FAILED_PRECONDITION, 'Talos is not installed');
  const before = node.stage;
  node.stage = 'upgrading';
  for (const message of node.broken ? STEPS.slice(0, 2) : STEPS) {
    send({ progress: { message } });
    await delay(world.timings.upgrade / STEPS.length);
  }
  if (node.stage === 'upgrading') node.stage = before;
  if (!node.broken) node.installed = String(request.source?.imageName ?? '');
  send({ progress: { exitCode: node.broken ? 1 : 0 } });
  node.broken = false;
}

/** Installs and reboots in one: what Talos before 1.13 is asked to do. */
function upgradeAtOnce(call: Call): object {
  const { world, node, request } = call;
  if (node.installed === null) throw new Refused(status.FAILED_PRECONDITION, 'Talos is not installed');
  const sequence = new Sequence(call, 'upgrade');
  const { stage, broken } = node;
  Object.assign(node, { stage: 'upgrading', broken: false });
  whileUp(world, node, world.timings.upgrade, () => {
    if (broken) {
      node.stage = stage;
      sequence.fail('error upgrading: exit code 1');
    } else {
      node.installed = String(request.image);
      reboot(world, node);
    }
  });
  return { ack: 'Upgrade request received', actorId: sequence.actorId };
}

export const upgradeRows: readonly Row[] = [
  ['ImageService/Pull', 'operator', pull],
  ['ImagePull', 'operator', () => {}],
  ['LifecycleService/Upgrade', 'admin', install],
  ['Upgrade', 'admin', upgradeAtOnce],
];
