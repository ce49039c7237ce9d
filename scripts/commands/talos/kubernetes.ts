/** Kubernetes of the cluster, asked as its administrator; the kubeconfig is in memory only. */
import { reveal, secret, type Secret } from '../../config/secret.ts';
import { Exit, problemIn, Refusal, type Problem } from '../../problem.ts';
import { someOf } from '../../report/some-of.ts';
import { send } from '../../system/http.ts';
import { kubeconfig } from '../../talos/calls.ts';
import {
  kubernetesAccess,
  kubernetesNodes,
  type KubernetesAccess,
  type KubernetesNode,
} from '../../talos/kubernetes.ts';
import { controllersOf } from '../../talos/rendered-cluster.ts';
import { nodeText } from './node-state.ts';
import { accessTo, type Session } from './session.ts';
import { tryTalos, type SecretText } from './talosctl.ts';
import { waitFor, type Patience, type Sight } from './wait.ts';

/** An API that is there answers at once; in milliseconds. */
const PATIENCE = 5_000;

/** From the first control plane that gives one. @throws Refusal 4 with what the last one said */
export async function fetchKubeconfig(session: Session): Promise<SecretText> {
  const problems: Problem[] = [];
  for (const node of controllersOf(session.cluster)) {
    const answer = await tryTalos(session.talosctl, nodeText(node), kubeconfig(accessTo(session, node)));
    if (answer.ok) return { text: secret(answer.text) };
    problems.push(answer.problem);
  }
  throw new Refusal(problems, Exit.otherProgram);
}

/** Until the API answers, and knows every node: ready, or at least there where nobody gives them a network yet. */
export async function nodesReady(
  session: Session,
  { wanted, ...patience }: Patience & { readonly wanted: readonly string[] },
): Promise<readonly KubernetesNode[]> {
  return waitFor(session.context, patience, async () => {
    const nodes = await kubernetesNow(session);
    if ('seen' in nodes) return nodes;
    const isThere = (name: string): boolean =>
      nodes.found.some((node) => node.name === name && (node.isReady || session.cluster.cni === 'none'));
    const missing = wanted.filter((name) => !isThere(name));
    return missing.length === 0 ? nodes : { seen: notReady(missing) };
  });
}

/** By the talosconfig, of which a run has one: each kubeconfig is a new certificate, and waiting asks often. */
const KNOWN = new WeakMap<Secret, KubernetesAccess>();

/** @throws Refusal 4 where no control plane gives one yet */
async function accessFor(session: Session): Promise<KubernetesAccess> {
  const known = KNOWN.get(session.talosconfig);
  if (known !== undefined) return known;
  const { text } = await fetchKubeconfig(session);
  const access = kubernetesAccess(reveal(text));
  if (access === null) throw new Refusal([kubeconfigUnreadable], Exit.otherProgram);
  KNOWN.set(session.talosconfig, access);
  return access;
}

/** What Kubernetes knows of its nodes now, or why it cannot be asked. */
export async function kubernetesNow(session: Session): Promise<Sight<readonly KubernetesNode[]>> {
  try {
    return await nodesNow(session, await accessFor(session));
  } catch (error) {
    return { seen: problemIn(error) };
  }
}

async function nodesNow(
  { context }: Session,
  { server, ca, certificate, key }: KubernetesAccess,
): Promise<Sight<readonly KubernetesNode[]>> {
  const request = { method: 'GET', url: `${server}/api/v1/nodes`, headers: {} } as const;
  const limits = { milliseconds: PATIENCE, ca, cert: certificate, key, env: context.env, signal: context.signal };
  const answer = await send(request, limits);
  if ('failure' in answer) return { seen: silent(server, answer.reason) };
  return answer.status === 200
    ? { found: kubernetesNodes(answer.body) }
    : { seen: silent(server, String(answer.status)) };
}

const silent = (server: string, why: string): Problem => ({
  code: 'kubernetes-silent',
  severity: 'error',
  message: `the Kubernetes API does not answer at ${server} (${why})`,
  hint: 'is cluster_api_addr free for the control planes to share, or does your load balancer lead to them at port 6443?',
});

const notReady = (missing: readonly string[]): Problem => ({
  code: 'kubernetes-not-ready',
  severity: 'error',
  message: `${someOf(missing)} ${missing.length === 1 ? 'is' : 'are'} not ready in Kubernetes yet`,
  hint: 'see: kubectl get nodes; kubectl get pods --all-namespaces',
});

/** An upgrade lets its node take pods again at its end; not where it was killed before. */
export const cordonedAmong = (nodes: readonly KubernetesNode[]): readonly Problem[] =>
  nodes
    .filter(({ isCordoned }) => isCordoned)
    .map(({ name }) => ({
      code: 'kubernetes-cordoned',
      severity: 'warning',
      message: `${name} takes no new pods: somebody cordoned it, or an upgrade that was killed`,
      hint: `if that is not wanted any more: kubectl uncordon ${name}`,
    }));

const kubeconfigUnreadable: Problem = {
  code: 'kubeconfig-unreadable',
  severity: 'error',
  message: 'talosctl gave a kubeconfig without a cluster and a user',
  hint: 'see: talosctl kubeconfig -',
};
