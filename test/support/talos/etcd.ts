/** The members of etcd: what `talosctl etcd` asks. */
import { status } from '@grpc/grpc-js';
import { onController, Refused, type Call, type Row } from './call.ts';
import { nodeName } from './life.ts';
import { hasQuorum, type Cluster, type TalosNode } from './world.ts';

/** @throws as etcd does while most of its members are gone */
function quorate(call: Call, what: string): Cluster {
  const { cluster } = onController(call, what);
  if (call.node.etcd !== 'up' && cluster.members.size === 0)
    throw new Refused(status.UNKNOWN, 'error building etcd client: etcdclient: no available endpoints');
  if (!hasQuorum(call.world, cluster)) throw new Refused(status.UNKNOWN, 'etcdserver: no leader');
  return cluster;
}

function memberList(call: Call): object {
  const cluster = quorate(call, 'member list');
  const members = [...cluster.members].map(([name, id]) => {
    const node = call.world.nodes.get(name) as TalosNode;
    return {
      id: String(id),
      hostname: nodeName(node),
      peerUrls: [`https://${node.address}:2380`],
      clientUrls: [`https://${node.address}:2379`],
      isLearner: false,
    };
  });
  return { legacyMembers: members.map(({ hostname }) => hostname), members };
}

function memberStatus(call: Call): object {
  const cluster = quorate(call, 'etcd status');
  const id = cluster.members.get(call.node.name);
  if (id === undefined || call.node.etcd !== 'up')
    throw new Refused(status.UNKNOWN, 'error building etcd client: context deadline exceeded');
  const leader = [...cluster.members].find(([name]) => call.world.nodes.get(name)?.etcd === 'up')?.[1];
  return {
    memberStatus: {
      memberId: String(id),
      protocolVersion: '3.6.9',
      storageVersion: '3.6',
      dbSize: '25165824',
      dbSizeInUse: '12582912',
      leader: String(leader),
      raftIndex: '1000',
      raftTerm: '2',
      raftAppliedIndex: '1000',
    },
  };
}

function removeMember(call: Call): object {
  const cluster = quorate(call, 'etcd remove member');
  const found = [...cluster.members].find(([, id]) => String(id) === call.request.memberId);
  if (!found) throw new Refused(status.NOT_FOUND, 'etcdserver: member not found');
  cluster.members.delete(found[0]);
  return {};
}

function leave(call: Call): object {
  const cluster = quorate(call, 'etcd leave');
  cluster.members.delete(call.node.name);
  Object.assign(call.node, { etcd: 'waiting', etcdData: false });
  return {};
}

export const etcdRows: readonly Row[] = [
  ['EtcdMemberList', 'reader', memberList],
  ['EtcdStatus', 'reader', memberStatus],
  ['EtcdRemoveMemberByID', 'admin', removeMember],
  ['EtcdLeaveCluster', 'admin', leave],
  ['EtcdForfeitLeadership', 'admin', (call) => void quorate(call, 'etcd forfeit leadership')],
];
