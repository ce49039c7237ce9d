/** Labels of the nodes in Kubernetes: how their keys are written, and which a node may give itself. */
import { quoted } from '../path.ts';
import { ERROR, JUDGEMENT, nodeLabel, nodePath, type Finding, type Rule, type RuleInput } from './rule.ts';

const MOST_OF_PREFIX = 253;
const PREFIX = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

function isKey(text: string): boolean {
  const [name = '', prefix, ...more] = text.split('/').toReversed();
  const isPrefix = prefix === undefined || (prefix.length <= MOST_OF_PREFIX && PREFIX.test(prefix));
  return more.length === 0 && isPrefix && NAME.test(name);
}

const keysOfLabelsAreWellFormed = (input: RuleInput): Iterable<Finding> =>
  labels(input, ({ key, label }) =>
    isKey(key)
      ? null
      : {
          message: `${quoted(key)} is not the key of a label, at ${label}`,
          hint: 'write a name of at most 63 letters, digits and inner . _ -, and before it a domain where there is one: example.com/rack',
        },
  );

/** Kubernetes' own domains, and what below them a kubelet may say of its node: Kubernetes' admission plugin NodeRestriction. */
const RESERVED = /(^|\.)(kubernetes|k8s)\.io$/;
const OWN_PREFIX = /(^|\.)(kubelet|node)\.kubernetes\.io$/;
const OWN_KEYS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

function isReserved(key: string): boolean {
  const prefix = key.includes('/') ? (key.split('/')[0] ?? '') : '';
  return RESERVED.test(prefix) && !OWN_PREFIX.test(prefix) && !OWN_KEYS.has(key);
}

/** Talos sets the labels of a controller as an administrator, those of a worker as the worker itself. */
const workersGiveThemselvesNoReservedLabels = (input: RuleInput): Iterable<Finding> =>
  labels(input, ({ key, label, controller }) =>
    controller !== false || !isReserved(key)
      ? null
      : {
          message: `Kubernetes does not let ${label} give itself the label ${key}`,
          hint: 'use a domain of your own, or set it once the node is there: kubectl label node',
        },
  );

interface Label {
  readonly key: string;
  /** The node, as messages name it. */
  readonly label: string;
  readonly controller: boolean | undefined;
}

function* labels({ nodes }: RuleInput, judge: (label: Label) => Omit<Finding, 'path'> | null): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    for (const key of Object.keys(node.labels ?? {})) {
      const words = judge({
        key,
        label: nodeLabel(node, index),
        controller: node.controller,
      });
      if (words !== null) yield { path: [...nodePath(index, 'labels'), key], ...words };
    }
  }
}

export const LABEL_RULES: readonly Rule[] = [
  {
    code: 'label-key',
    ...ERROR,
    why: 'Talos refuses the whole machine configuration.',
    check: keysOfLabelsAreWellFormed,
  },
  {
    code: 'label-reserved',
    ...JUDGEMENT,
    why: 'Talos tries in vain, and sets none of the labels of the node.',
    check: workersGiveThemselvesNoReservedLabels,
  },
];
