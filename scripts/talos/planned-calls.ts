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

export interface PlannedCall {
  readonly what: string;
  readonly call: TalosCall;
}

/** Stands where a secret will. */
const LATER = secret('');

export function plannedCalls(cluster: TalosCluster): readonly PlannedCall[] {
  const controllers = controllersOf(cluster);
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  const [first] = controllers;
  return [
    ...cluster.nodes.map((node) => ({ what: `ask ${node.name}`, call: versionInMaintenance(node.address) })),
    { what: 'make the secrets, once; they are sealed in talos/secrets.sops.yaml', call: genSecrets(cluster) },
    { what: 'make a talosconfig', call: genTalosconfig(cluster, LATER) },
    ...[...controllers, ...workers].flatMap((node) => callsFor(cluster, node)),
    ...(first === undefined ? [] : callsOfFirst(first)),
  ];
}

function callsFor(cluster: TalosCluster, node: TalosNode): readonly PlannedCall[] {
  return [
    { what: `make the configuration of ${node.name}`, call: genConfig(cluster, node, LATER) },
    { what: 'validate it', call: validate(LATER) },
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
