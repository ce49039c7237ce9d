/**
 * The calls of talosctl, as values. Source: the help of talosctl 1.13, and what it was seen to do. A secret is never in
 * an argument: it stands there as a file to read, which gets its name when the call is made.
 */
import type { Secret } from '../config/secret.ts';
import type { ApplyMode } from './apply-modes.ts';
import { controllersOf, type TalosCluster, type TalosNode } from './rendered-cluster.ts';
import type { SealedPatch } from './sealed-patch.ts';

/** A text that talosctl reads as a file. */
export interface Unseen {
  readonly text: Secret;
  /** What stands for it where the call is shown: `<secrets>`. */
  readonly shown: string;
  /** What talosctl wants in front of the file's name. */
  readonly prefix?: '@';
}

export type Argument = string | Unseen;

/** Arguments of talosctl. */
export type TalosCall = readonly Argument[];

/** How a machine is reached that has a configuration. */
export interface Access {
  /** Of the cluster's administrator. */
  readonly talosconfig: Secret;
  /** The machine that is asked. */
  readonly address: string;
  /** Those that lead to it; without any it answers for itself, whoever else is up or down. */
  readonly endpoints?: readonly string[];
}

/** A call as a person would type it. */
export function shownCall(call: TalosCall, program = 'talosctl'): string {
  const words = call.map((argument) => (typeof argument === 'string' ? quoted(argument) : shownFile(argument)));
  return [program, ...words].join(' ');
}

const shownFile = ({ prefix, shown }: Unseen): string => `${prefix ?? ''}${shown}`;

/** What it asks for, without how: `etcd members`. */
export function askedBy(call: TalosCall): string {
  const words = call.filter((argument) => typeof argument === 'string');
  const end = words.findIndex((word) => word.startsWith('-'));
  return words.slice(0, end < 0 ? words.length : end).join(' ');
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const unseen = (shown: string, text: Secret): Unseen => ({ text, shown: `<${shown}>` });

/** Comments would make every configuration differ from what is rendered. */
const PIECES = ['--with-docs=false', '--with-examples=false'] as const;

/** Prints a new bundle of secrets. */
export const genSecrets = ({ talosVersion }: Pick<TalosCluster, 'talosVersion'>): TalosCall => [
  'gen',
  'secrets',
  '--talos-version',
  `v${talosVersion}`,
  '--output-file',
  '-',
];

/** By role: the type of the configuration, and the flag for its patches (`--config-patch` is for both types at once). */
const TYPES = {
  controller: ['controlplane', '--config-patch-control-plane'],
  worker: ['worker', '--config-patch-worker'],
} as const;

/** Prints the machine configuration of a node. The disk comes from its patches. @param sealed more of them, which count last */
export function genConfig(
  cluster: TalosCluster,
  node: TalosNode,
  bundle: Secret,
  sealed: readonly SealedPatch[] = [],
): TalosCall {
  const [type, flag] = TYPES[node.role];
  return [
    ...genOf(cluster, bundle, type),
    ...PIECES,
    '--install-disk',
    '',
    ...node.patches.flatMap((patch) => [flag, `@${patch}`]),
    ...sealed.flatMap(({ path, text }) => [flag, { ...unseen(path, text), prefix: '@' as const }]),
  ];
}

/** Prints a talosconfig with a new certificate for the administrator, good for a year. */
export const genTalosconfig = (cluster: TalosCluster, bundle: Secret): TalosCall =>
  genOf(cluster, bundle, 'talosconfig');

/** Without `--with-secrets` it would make another cluster's, and say nothing. */
function genOf(
  { name, endpoint, talosVersion, kubernetesVersion }: TalosCluster,
  bundle: Secret,
  type: string,
): TalosCall {
  return [
    'gen',
    'config',
    name,
    endpoint,
    '--with-secrets',
    unseen('secrets', bundle),
    '--talos-version',
    `v${talosVersion}`,
    '--kubernetes-version',
    kubernetesVersion,
    '--output-types',
    type,
    '--output',
    '-',
  ];
}

/** As for metal: nocloud is no mode of it, and that of clouds does not look at the disk. */
export const validate = (config: Secret): TalosCall => [
  'validate',
  '--mode',
  'metal',
  '--strict',
  '--config',
  unseen('machine configuration', config),
];

/** A machine without a configuration answers to anybody. */
const inMaintenance = (address: string, ...call: readonly Argument[]): TalosCall => [
  ...call,
  '--insecure',
  '--nodes',
  address,
];

export const versionInMaintenance = (address: string): TalosCall => inMaintenance(address, 'version', '--short');

export const resourcesInMaintenance = (address: string, type: string): TalosCall =>
  inMaintenance(address, 'get', type, '--output', 'json');

export const applyInMaintenance = (address: string, config: Secret): TalosCall =>
  inMaintenance(address, 'apply-config', '--file', unseen('machine configuration', config));

const securely = ({ talosconfig, address, endpoints = [address] }: Access, ...call: readonly Argument[]): TalosCall => [
  ...call,
  '--talosconfig',
  unseen('talosconfig', talosconfig),
  '--endpoints',
  endpoints.join(','),
  '--nodes',
  address,
];

export const version = (access: Access): TalosCall => securely(access, 'version', '--short');

export const resources = (access: Access, type: string): TalosCall => securely(access, 'get', type, '--output', 'json');

/** Prints a text that is another one after each start of the machine. */
export const bootId = (access: Access): TalosCall => securely(access, 'read', '/proc/sys/kernel/random/boot_id');

/** Lists what etcd stores at a control plane: `EtcdDataPath` in Talos' own sources. */
export const etcdData = (access: Access): TalosCall => securely(access, 'list', '/var/lib/etcd');

export const bootstrapEtcd = (access: Access): TalosCall => securely(access, 'bootstrap');

export const etcdMembers = (access: Access): TalosCall => securely(access, 'etcd', 'members');

/** Of the machine's own member: fails where that is not up. */
export const etcdStatus = (access: Access): TalosCall => securely(access, 'etcd', 'status');

/** Prints one of the cluster's administrator. */
export const kubeconfig = (access: Access): TalosCall => securely(access, 'kubeconfig', '-');

export const apply = (access: Access, config: Secret, mode: ApplyMode, dryRun: boolean): TalosCall =>
  securely(
    access,
    'apply-config',
    '--file',
    unseen('machine configuration', config),
    '--mode',
    mode,
    ...(dryRun ? ['--dry-run'] : []),
  );

/** What an upgrade may take on top of what it takes by itself. */
export interface UpgradeOptions {
  /** Moves pods away first, with the help of a control plane; null where talosctl knows nothing of that. */
  readonly drain: boolean | null;
  /** Until the node is ready in Kubernetes again. */
  readonly wait: boolean;
  /** For each of what talosctl waits for. */
  readonly seconds: number;
}

/** Without an image it would take one without extensions. */
export const upgrade = (access: Access, { image }: TalosNode, { drain, wait, seconds }: UpgradeOptions): TalosCall =>
  securely(
    access,
    'upgrade',
    '--image',
    image,
    '--timeout',
    `${seconds}s`,
    ...drainFlags(drain, seconds),
    `--wait=${wait}`,
  );

function drainFlags(drain: boolean | null, seconds: number): TalosCall {
  if (drain === null) return [];
  return drain ? ['--drain-timeout', `${seconds}s`] : ['--drain=false'];
}

export const upgradeKubernetes = (access: Access, to: string, dryRun: boolean): TalosCall =>
  securely(access, 'upgrade-k8s', '--to', to, ...PIECES, ...(dryRun ? ['--dry-run'] : []));

/** What was installed stays, what was configured and stored is wiped: the machine starts in maintenance mode. */
export const reset = (access: Access, graceful: boolean, seconds: number): TalosCall =>
  securely(
    access,
    'reset',
    `--graceful=${graceful}`,
    '--reboot',
    '--system-labels-to-wipe',
    'STATE,EPHEMERAL',
    '--timeout',
    `${seconds}s`,
  );

export function health(access: Access, cluster: TalosCluster, seconds: number): TalosCall {
  const addresses = (nodes: readonly TalosNode[]): string => nodes.map(({ address }) => address).join(',');
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  return securely(
    access,
    'health',
    '--control-plane-nodes',
    addresses(controllersOf(cluster)),
    ...(workers.length > 0 ? ['--worker-nodes', addresses(workers)] : []),
    '--wait-timeout',
    `${seconds}s`,
  );
}
