/** etcd of the cluster: who is in it, and its first member. */
import { etcdMembersOf, isEmptyFolder, type EtcdMember } from '../../talos/answers.ts';
import { bootstrapEtcd, etcdData, etcdMembers, etcdStatus } from '../../talos/calls.ts';
import { controllersOf, type TalosNode } from '../../talos/rendered-cluster.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { someOf } from '../../report/some-of.ts';
import { kubernetesNow } from './kubernetes.ts';
import { nodeText } from './node-state.ts';
import { accessTo, type Session } from './session.ts';
import { tryTalos } from './talosctl.ts';
import { waitFor, type Patience, type Sight } from './wait.ts';

/** A control plane that is up but has no etcd yet keeps talosctl waiting; in milliseconds. */
const CALL = 15_000;

/** As the first control plane has it that knows. @returns null where none is in any */
export async function members(session: Session): Promise<readonly EtcdMember[] | null> {
  for (const node of controllersOf(session.cluster)) {
    const answer = await tryTalos(session.talosctl, nodeText(node), etcdMembers(accessTo(session, node)), {
      within: CALL,
    });
    const found = answer.ok ? etcdMembersOf(answer.text) : [];
    if (found.length > 0) return found;
  }
  return null;
}

/**
 * Makes the first member, once in the life of a cluster: a second one would be another, empty cluster. So every control
 * plane has shown before that it stores nothing of one, also where etcd itself gives no answer.
 * @returns whether there was none before
 */
export async function firstMember(session: Session, node: TalosNode, patience: Patience): Promise<boolean> {
  if ('found' in (await kubernetesNow(session))) return false;
  return waitFor(session.context, patience, async () => {
    const data = await dataAnywhere(session);
    if ('seen' in data) return data;
    return data.found ? { found: false } : bootstrap(session, node);
  });
}

/** etcd that has lost its majority tells of no members, yet it is there: in what it stores. */
async function dataAnywhere(session: Session): Promise<Sight<boolean>> {
  for (const node of controllersOf(session.cluster)) {
    const answer = await tryTalos(session.talosctl, nodeText(node), etcdData(accessTo(session, node)));
    if (!answer.ok) return { seen: answer.problem.message.includes('no such file') ? noFolder(node) : answer.problem };
    if (!isEmptyFolder(answer.text)) return { found: true };
  }
  return { found: false };
}

/** Talos makes it before etcd waits for its first member; until then the disk that may hold one is not mounted. */
const noFolder = ({ name }: TalosNode): Problem => ({
  code: 'talos-etcd-unseen',
  severity: 'error',
  message: `${name} has not mounted what etcd stores yet`,
  hint: 'is it still starting, and a control plane by its configuration? See: talosctl service etcd',
});

async function bootstrap(session: Session, node: TalosNode): Promise<Sight<boolean>> {
  const answer = await tryTalos(session.talosctl, nodeText(node), bootstrapEtcd(accessTo(session, node)));
  if (answer.ok) return { found: true };
  if (answer.failure?.reaction === 'done') return { found: false };
  if (answer.failure?.reaction === 'later') return { seen: answer.problem };
  throw new Refusal([answer.problem], Exit.otherProgram);
}

/** Until every control plane among these nodes is a member that counts, and is up: a list of members names the dead, too. */
export async function allMembers(
  session: Session,
  patience: Patience,
  nodes: readonly TalosNode[] = session.cluster.nodes,
): Promise<void> {
  const wanted = controllersOf({ nodes });
  await waitFor(session.context, patience, async () => {
    const found = (await members(session)) ?? [];
    const working = await workingIn(session, wanted, found);
    const missing = wanted.filter((node) => !working.includes(node)).map(({ name }) => name);
    return missing.length === 0 ? { found: true } : { seen: notMembers(missing) };
  });
}

/** Those of these control planes of which `isInEtcd` holds. */
export async function workingIn(
  session: Session,
  nodes: readonly TalosNode[],
  known: readonly EtcdMember[],
): Promise<readonly TalosNode[]> {
  const isWorking = await Promise.all(nodes.map((node) => isInEtcd(session, node, known)));
  return nodes.filter((_, index) => isWorking[index]);
}

/** Whether it is a member that counts, and its own etcd is up: its machine may answer for itself. */
export async function isInEtcd(session: Session, node: TalosNode, known: readonly EtcdMember[]): Promise<boolean> {
  if (!known.some(({ hostname, isLearner }) => hostname === node.name && !isLearner)) return false;
  const status = etcdStatus(accessTo(session, node));
  return (await tryTalos(session.talosctl, nodeText(node), status, { within: CALL })).ok;
}

const notMembers = (missing: readonly string[]) =>
  ({
    code: 'talos-etcd-incomplete',
    severity: 'error',
    message: `etcd does not work at ${someOf(missing)}`,
    hint: 'can the control planes reach each other at ports 2379 and 2380? See: talosctl logs etcd',
  }) as const;
