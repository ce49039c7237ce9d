/** Keys of MatherlyNet's cluster.yaml that are about Kubernetes applications: nothing of ours reads them. */
import { isApplicationKey } from '../key-schema.ts';
import { CLUSTER_FILE, type Finding, NOTE, type Rule, type RuleInput } from './rule.ts';

function* applicationKeysAreUnused({ cluster }: RuleInput): Generator<Finding> {
  const [first, ...others] = Object.keys(cluster ?? {}).filter(isApplicationKey);
  if (first === undefined) return;
  const count = others.length + 1;
  yield {
    path: [CLUSTER_FILE, first],
    message: `${count} ${count === 1 ? 'key is' : 'keys are'} about Kubernetes applications and not used here (the first is ${first})`,
    hint: 'keep them for the tool that reads them, or remove them',
  };
}

export const APPLICATION_RULES: readonly Rule[] = [
  {
    code: 'application-keys',
    ...NOTE,
    why: "They are MatherlyNet's, about applications on Kubernetes; nothing here reads them.",
    check: applicationKeysAreUnused,
  },
];
