/** What a machine says of itself, and the configuration that it is given: `machine.MachineService`. */
import { createTwoFilesPatch } from 'diff';
import { status } from '@grpc/grpc-js';
import { onController, Refused, type Call, type Row } from './call.ts';
import { kubeconfigArchive } from './kubernetes/kubeconfig.ts';
import { bootstrap, change, comeUp, nodeName, reboot, whileUp } from './life.ts';
import { needsNoReboot, readMachineConfig, textAt, type MachineConfig } from './machine-config.ts';
import type { TalosNode } from './world.ts';

const version = ({ node }: Call): object => ({
  version: {
    tag: `v${node.version}`,
    sha: 'simulated',
    built: '',
    goVersion: 'go1.26.2',
    os: 'linux',
    arch: 'amd64',
  },
  platform: { name: 'nocloud', mode: 'cloud' },
  ...(node.config ? { features: { rbac: true } } : {}),
});

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

function read({ node, request, send }: Call): void {
  if (request.path !== BOOT_ID) throw new Refused(status.UNKNOWN, `stat ${request.path}: no such file or directory`);
  send({ bytes: Buffer.from(`${node.bootId}\n`) });
}

/** Where etcd stores its data, made before etcd is. */
function list({ node, request, send }: Call): void {
  if (request.root !== '/var/lib/etcd' || node.config === null)
    throw new Refused(status.UNKNOWN, `lstat ${request.root}: no such file or directory`);
  for (const name of ['.', ...(node.etcdData ? ['member'] : [])])
    send({ name: `${request.root}/${name}`, isDir: true, relativeName: name });
}

/** What an answer says that was done, by mode. */
const SAID = {
  REBOOT: 'Applied configuration with a reboot',
  NO_REBOOT: 'Applied configuration without a reboot',
  STAGED: 'Staged configuration to be applied after the next reboot',
  TRY: 'Applied configuration without a reboot',
} as const;

type Mode = keyof typeof SAID;

function applyConfiguration(call: Call): object {
  const { node, request } = call;
  const config = accepted(node, (request.data as Buffer).toString());
  const mode = modeFor(node, config, request.mode);
  if (request.dryRun) return { mode, modeDetails: summary(node, config, mode) };
  put(call, config, mode);
  return { mode, modeDetails: mode === 'TRY' ? `${SAID.TRY}\n${revert(request.tryModeTimeout)}` : SAID[mode] };
}

/** @throws as Talos does for what is no configuration */
function accepted(node: TalosNode, text: string): MachineConfig {
  try {
    const config = readMachineConfig(text);
    const { installed } = node;
    const install = (config.main['machine'] as { install?: unknown } | undefined)?.install;
    if (installed === null && !install)
      throw new Error('1 error occurred:\n\t* install instructions are required in "metal" mode\n\n');
    return config;
  } catch (error) {
    throw new Refused(status.INVALID_ARGUMENT, (error as Error).message);
  }
}

function modeFor(node: TalosNode, config: MachineConfig, asked: Mode | 'AUTO'): Mode {
  // In maintenance mode there is nothing to compare with: it boots into the configuration by itself.
  if (node.config === null) return asked === 'AUTO' || asked === 'REBOOT' ? 'NO_REBOOT' : asked;
  const immediate = needsNoReboot(node.config, config);
  if (asked === 'AUTO') return immediate ? 'NO_REBOOT' : 'REBOOT';
  if (!immediate && (asked === 'NO_REBOOT' || asked === 'TRY'))
    throw new Refused(
      status.INVALID_ARGUMENT,
      `this config change can't be applied in immediate mode\ndiff:\n${diff(node.config, config)}`,
    );
  return asked;
}

function put(call: Call, config: MachineConfig, mode: Mode): void {
  const { world, node } = call;
  if (node.config === null) {
    node.staged = config;
    return start(call, config);
  }
  if (mode === 'TRY') tryOut(call, config);
  else if (mode === 'NO_REBOOT') change(world, node, config);
  else node.staged = config;
  if (mode === 'REBOOT') whileUp(world, node, world.timings.install, () => reboot(world, node));
}

/** Whoever is installed already, as after a reset, keeps what it has, and goes on with its boot. */
function start({ world, node }: Call, config: MachineConfig): void {
  const isNew = node.installed === null;
  node.installed ??= textAt(config.main, 'machine.install.image') || null;
  whileUp(world, node, world.timings.install, () => (isNew ? reboot : comeUp)(world, node));
}

/** In force until the time is over or the node boots. */
function tryOut({ world, node, request }: Call, config: MachineConfig): void {
  const before = node.config;
  Object.assign(node, { config, staged: before });
  whileUp(world, node, secondsOf(request.tryModeTimeout) * 1000, () => {
    if (node.config === config) Object.assign(node, { config: before, staged: null });
  });
}

const secondsOf = (duration: { seconds?: string } | null): number => Number(duration?.seconds ?? 60);

const revert = (duration: { seconds?: string } | null): string =>
  `The config is applied in 'try' mode and will be automatically reverted back in ${secondsOf(duration)}s`;

const summary = (node: TalosNode, config: MachineConfig, mode: Mode): string =>
  `Dry run summary:\n${SAID[mode]} (skipped in dry-run).\nConfig diff:\n\n${diff(node.config, config) || 'No changes.'}`;

function diff(from: MachineConfig | null, to: MachineConfig): string {
  if (from?.text === to.text) return '';
  return createTwoFilesPatch('a', 'b', from?.text ?? '', to.text, undefined, undefined, { context: 3 }).replace(
    /^=+\n/,
    '',
  );
}

function bootstrapEtcd(call: Call): object {
  const { node, world } = call;
  const { cluster } = onController(call, 'bootstrap');
  if (!node.kubelet) throw new Refused(status.FAILED_PRECONDITION, 'bootstrap is not available yet');
  if (node.etcdData) throw new Refused(status.ALREADY_EXISTS, 'etcd data directory is not empty');
  bootstrap(world, node, cluster);
  return {};
}

function kubeconfig(call: Call): void {
  const { config } = onController(call, 'kubeconfig');
  call.send({ bytes: kubeconfigArchive(config) });
}

const disks = ({ node }: Call): object => ({
  disks: node.disks.map(({ path, size, serial = '', model = '' }) => ({ deviceName: path, size, serial, model })),
});

export const machineRows: readonly Row[] = [
  ['Version', 'reader', version],
  ['Hostname', 'reader', ({ node }) => ({ hostname: nodeName(node) })],
  ['Read', 'admin', read],
  ['List', 'reader', list],
  ['ApplyConfiguration', 'reader', applyConfiguration],
  ['Bootstrap', 'admin', bootstrapEtcd],
  ['Kubeconfig', 'admin', kubeconfig],
  // `talosctl reset` asks it to find out that a node is in maintenance mode again.
  ['StorageService/Disks', 'reader', disks],
];
