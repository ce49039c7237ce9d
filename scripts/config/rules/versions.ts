/** Versions of Talos and Kubernetes that go together. */
import { dialectOf, kubernetesOf, talosFor, TALOS_SUPPORT } from '../talos-versions.ts';
import {
  CLUSTER_FILE,
  clusterValue,
  ERROR,
  type Finding,
  JUDGEMENT,
  type Rule,
  type RuleInput,
  WARNING,
} from './rule.ts';

function* theTalosIsOneThatIsKnown({ cluster }: RuleInput): Generator<Finding> {
  const version = cluster?.talos_version;
  if (version === undefined || kubernetesOf(version) !== null) return;
  const known = [...TALOS_SUPPORT.keys()];
  yield {
    path: [CLUSTER_FILE, 'talos_version'],
    message: `Talos ${version} is not one that nigari knows: nobody can tell what its machine configuration looks like`,
    hint: `use 1.${Math.min(...known)} to 1.${Math.max(...known)}; a newer nigari may know more`,
  };
}

function* theDialectOfTheTalosIsProven({ cluster }: RuleInput): Generator<Finding> {
  const version = cluster?.talos_version;
  if (version === undefined || kubernetesOf(version) === null || dialectOf(version) !== 'experimental') return;
  yield {
    path: [CLUSTER_FILE, 'talos_version'],
    message: `what nigari writes for Talos ${version} is experimental: no talosctl of that version has seen it`,
    hint: 'use 1.13, or try it first on a cluster that may break',
  };
}

function* talhelperKnowsTheTalos(input: RuleInput): Generator<Finding> {
  const version = clusterValue(input, 'talos_version')?.value;
  const driver = clusterValue(input, 'talos_driver');
  if (version === undefined || driver?.value !== 'talhelper' || driver.path === null) return;
  if (dialectOf(version) !== 'experimental') return;
  yield {
    path: driver.path,
    message: `talhelper makes no machine configuration that Talos ${version} takes`,
    hint: 'set talos_driver: talosctl, or use Talos 1.13',
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
    ...ERROR,
    why: 'Which Kubernetes it runs, and what its machine configuration looks like, cannot be told.',
    check: theTalosIsOneThatIsKnown,
  },
  {
    code: 'talos-version-experimental',
    ...WARNING,
    why: 'Talos 1.14 wants most of its configuration in another form, which was checked only against its sources.',
    check: theDialectOfTheTalosIsProven,
  },
  {
    code: 'talhelper-version',
    ...ERROR,
    why: 'The talhelper that there is was made before the machine configuration of Talos 1.14 had its final form.',
    check: talhelperKnowsTheTalos,
  },
  {
    code: 'kubernetes-unsupported',
    ...JUDGEMENT,
    why: 'The tools of Talos refuse a Kubernetes outside of its support matrix.',
    check: theTalosRunsTheKubernetes,
  },
];
