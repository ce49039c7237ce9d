/** The control plane: how many controllers there are. */
import { ERROR, type Finding, nodePath, NODES_FILE, type Rule, type RuleInput, WARNING } from './rule.ts';

/** Indexes of the controllers; null where of any node it cannot be told what it is. */
function controllers({ nodes }: RuleInput): readonly number[] | null {
  if (nodes.length === 0 || nodes.some(({ controller }) => controller === undefined)) return null;
  return nodes.flatMap(({ controller }, index) => (controller === true ? [index] : []));
}

function* aClusterHasAController(input: RuleInput): Generator<Finding> {
  if (controllers(input)?.length !== 0) return;
  yield {
    path: [NODES_FILE, 'nodes'],
    message: 'no node is a controller: a cluster needs at least one',
    hint: 'set controller: true at one node, or at three that survive the loss of one',
  };
}

function* theNumberOfControllersIsOdd(input: RuleInput): Generator<Finding> {
  const indexes = controllers(input);
  const [count, last] = [indexes?.length ?? 0, indexes?.at(-1)];
  if (last === undefined || count % 2 === 1) return;
  yield {
    path: nodePath(last, 'controller'),
    message: `${count} controllers survive no more failures than ${count - 1}: etcd needs more than half of them`,
    hint: `make it ${count - 1} or ${count + 1}`,
  };
}

/** etcd's own FAQ advises no more: every write waits for more than half of them. */
const MOST_CONTROLLERS = 7;

function* thereAreNoMoreThanSevenControllers(input: RuleInput): Generator<Finding> {
  const indexes = controllers(input) ?? [];
  const tooMany = indexes[MOST_CONTROLLERS];
  if (tooMany === undefined) return;
  yield {
    path: nodePath(tooMany, 'controller'),
    message: `${indexes.length} controllers make etcd slow: every write waits for more than half of them`,
    hint: 'three survive the loss of one, five of two; make the others workers',
  };
}

export const CONTROLLER_RULES: readonly Rule[] = [
  {
    code: 'no-controller',
    ...ERROR,
    why: 'Without a controller there is no Kubernetes API, and nothing for the workers to join.',
    check: aClusterHasAController,
  },
  {
    code: 'even-controllers',
    ...WARNING,
    why: 'An even number costs a machine and gains no safety: etcd needs more than half of its members.',
    check: theNumberOfControllersIsOdd,
  },
  {
    code: 'too-many-controllers',
    ...WARNING,
    why: 'Every write waits for more than half of the members of etcd: more of them make it slower, not safer.',
    check: thereAreNoMoreThanSevenControllers,
  },
];
