/** etcd of the cluster: who is in it, and its first member. */
import { etcdMembersOf, runsEtcd, type EtcdMember } from '../../talos/answers.ts';
import { bootstrapEtcd, etcdMembers, services } from '../../talos/calls.ts';
import { controllersOf, type TalosNode } from '../../talos/rendered-cluster.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { nodeText } from './node-state.ts';
import { accessTo, type Session } from './session.ts';
import { tryTalos } from './talosctl.ts';
import { waitFor, type Patience } from './wait.ts';

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
 * plane has said before that it runs none, also where etcd itself gives no answer.
 * @returns whether there was none before
 */
export async function firstMember(session: Session, node: TalosNode, patience: Patience): Promise<boolean> {
  return waitFor(session.context, patience, async () => {
    const running = await askAboutEtcd(session);
    if (running !== false) return running === true ? { found: false } : { seen: running };
    const answer = await tryTalos(session.talosctl, nodeText(node), bootstrapEtcd(accessTo(session, node)));
    if (answer.ok) return { found: true };
    if (answer.failure?.reaction === 'done') return { found: false };
    if (answer.failure?.reaction === 'later') return { seen: answer.problem };
    throw new Refusal([answer.problem], Exit.otherProgram);
  });
}

/** Whether one of the control planes runs it; what keeps us from knowing, where one does not tell. */
async function askAboutEtcd(session: Session): Promise<boolean | Problem> {
  for (const node of controllersOf(session.cluster)) {
    const answer = await tryTalos(session.talosctl, nodeText(node), services(accessTo(session, node)), {
      within: CALL,
    });
    if (!answer.ok) return answer.problem;
    if (runsEtcd(answer.text)) return true;
  }
  return false;
}

/** Until every control plane is a member that counts. */
export async function allMembers(session: Session, patience: Patience): Promise<void> {
  const wanted = controllersOf(session.cluster).map(({ name }) => name);
  await waitFor(session.context, patience, async () => {
    const found = (await members(session)) ?? [];
    const missing = wanted.filter((name) => !found.some((one) => one.hostname === name && !one.isLearner));
    return missing.length === 0 ? { found: true } : { seen: notMembers(missing) };
  });
}

const notMembers = (missing: readonly string[]) =>
  ({
    code: 'talos-etcd-incomplete',
    severity: 'error',
    message: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in etcd yet`,
    hint: 'can the control planes reach each other at ports 2379 and 2380? See: talosctl logs etcd',
  }) as const;
