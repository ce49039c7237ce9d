/** Every call of a bootstrap from nothing, in order, for whoever wants to see them first. */
import { secret } from '../config/secret.ts';
import {
  applyInMaintenance,
  bootstrapEtcd,
  etcdData,
  etcdMembers,
  genConfig,
  genSecrets,
  genTalosconfig,
  kubeconfig,
  resourcesInMaintenance,
  validate,
  version,
  versionInMaintenance,
  type Access,
  type TalosCall,
} from './calls.ts';
import { controllersOf, type TalosCluster, type TalosNode } from './rendered-cluster.ts';
import type { PatchFiles } from './sealed-patch.ts';
import { genAllConfigs } from './talhelper.ts';

export interface PlannedCall {
  readonly what: string;
  readonly call: TalosCall;
  /** Not talosctl. */
  readonly program?: 'talhelper';
}

/** Stands where a secret will. */
const LATER = secret('');

/** @param sealed gives a node's sealed patches, by their paths */
export function plannedCalls(cluster: TalosCluster, sealed: PatchFiles = () => []): readonly PlannedCall[] {
  const controllers = controllersOf(cluster);
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  const [first] = controllers;
  return [
    ...cluster.nodes.map((node) => ({ what: `ask ${node.name}`, call: versionInMaintenance(node.address) })),
    { what: 'make the secrets, once; they are sealed in talos/secrets.sops.yaml', call: genSecrets(cluster) },
    { what: 'make a talosconfig', call: genTalosconfig(cluster, LATER) },
    ...(cluster.driver === 'talhelper' ? [BY_TALHELPER] : []),
    ...[...controllers, ...workers].flatMap((node) => callsFor(cluster, node, sealed(node))),
    ...(first === undefined ? [] : callsOfFirst(first)),
  ];
}

const BY_TALHELPER: PlannedCall = {
  what: 'make every configuration, in memory; in talos/:',
  call: genAllConfigs({ text: LATER, shown: '<secrets>' }, { text: LATER, shown: '<folder in memory>' }),
  program: 'talhelper',
};

function callsFor(cluster: TalosCluster, node: TalosNode, sealed: readonly string[]): readonly PlannedCall[] {
  const patches = sealed.map((path) => ({ path, text: LATER }));
  const made = { what: `make the configuration of ${node.name}`, call: genConfig(cluster, node, LATER, patches) };
  return [
    ...(cluster.driver === 'talosctl' ? [made] : []),
    { what: `validate the configuration of ${node.name}`, call: validate(LATER) },
    { what: `look for the disk of ${node.name}`, call: resourcesInMaintenance(node.address, 'disks') },
    { what: `configure ${node.name}`, call: applyInMaintenance(node.address, LATER) },
    { what: `wait until ${node.name} is back`, call: version(accessOf(node)) },
  ];
}

function callsOfFirst(first: TalosNode): readonly PlannedCall[] {
  return [
    { what: 'ask each control plane whether it has data of etcd', call: etcdData(accessOf(first)) },
    { what: 'bootstrap etcd, once', call: bootstrapEtcd(accessOf(first)) },
    { what: 'wait until every control plane is in etcd', call: etcdMembers(accessOf(first)) },
    { what: 'get the kubeconfig, and ask Kubernetes for its nodes', call: kubeconfig(accessOf(first)) },
  ];
}

const accessOf = ({ address }: TalosNode): Access => ({ talosconfig: LATER, address });
