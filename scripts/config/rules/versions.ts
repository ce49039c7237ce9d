/** Versions of Talos and Kubernetes that go together. */
import { kubernetesOf, talosFor, TALOS_SUPPORT } from '../talos-versions.ts';
import { CLUSTER_FILE, clusterValue, type Finding, JUDGEMENT, type Rule, type RuleInput, WARNING } from './rule.ts';

function* theTalosIsOneThatIsKnown({ cluster }: RuleInput): Generator<Finding> {
  const version = cluster?.talos_version;
  if (version === undefined || kubernetesOf(version) !== null) return;
  const known = [...TALOS_SUPPORT.keys()];
  yield {
    path: [CLUSTER_FILE, 'talos_version'],
    message: `Talos ${version} is not one that nigari knows: what it supports was not checked`,
    hint: `known are 1.${Math.min(...known)} to 1.${Math.max(...known)}; compare kubernetes_version with the support matrix of Talos`,
  };
}

function* theTalosRunsTheKubernetes(input: RuleInput): Generator<Finding> {
  const kubernetes = input.cluster?.kubernetes_version;
  const talos = clusterValue(input, 'talos_version');
  const range = talos && kubernetesOf(talos.value);
  if (kubernetes === undefined || talos === null || range === null) return;
  const [major, minor] = kubernetes.split('.').map(Number) as [number, number];
  if (major === 1 && minor >= range.oldest && minor <= range.newest) return;
  const from = talos.path === null ? 'which is the default' : `at ${input.place(talos.path)}`;
  yield {
    path: [CLUSTER_FILE, 'kubernetes_version'],
    message: `Talos ${talos.value}, ${from}, does not run Kubernetes ${kubernetes}`,
    hint: `use Kubernetes 1.${range.oldest} to 1.${range.newest}${otherTalos(major, minor)}`,
  };
}

function otherTalos(major: number, minor: number): string {
  const fitting = major === 1 ? talosFor(minor) : [];
  return fitting.length === 0 ? '' : `, or Talos ${fitting.map((talos) => `1.${talos}`).join(', ')}`;
}

export const VERSION_RULES: readonly Rule[] = [
  {
    code: 'talos-version-unknown',
    ...WARNING,
    why: 'Which Kubernetes it runs, and what its configuration looks like, cannot be checked.',
    check: theTalosIsOneThatIsKnown,
  },
  {
    code: 'kubernetes-unsupported',
    ...JUDGEMENT,
    why: 'The tools of Talos refuse a Kubernetes outside of its support matrix.',
    check: theTalosRunsTheKubernetes,
  },
];
