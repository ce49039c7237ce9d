/** What a node asks of its image, and the image is known not to have. */
import { nodeDefault } from '../defaults.ts';
import { GUEST_AGENT, MODULE_EXTENSIONS, SCHEMATIC_EXTENSIONS } from './known-schematics.ts';
import {
  advancedValue,
  type Finding,
  infrastructure,
  nodeLabel,
  nodePath,
  type Rule,
  type RuleInput,
  WARNING,
} from './rule.ts';

/** Extensions of the node's schematic; null where it is none that is known. */
function extensionsOf({ nodes, isWritten }: RuleInput, index: number): readonly string[] | null {
  const written = nodes[index]?.schematic_id;
  if (written === undefined && isWritten(nodePath(index, 'schematic_id'))) return null;
  return SCHEMATIC_EXTENSIONS.get(written ?? nodeDefault('schematic_id')) ?? null;
}

function* schematicsHaveTheGuestAgent(input: RuleInput): Generator<Finding> {
  const agent = advancedValue(input, 'qemu_agent');
  if (infrastructure(input) !== 'on' || agent?.value !== true) return;
  for (const [index, node] of input.nodes.entries()) {
    if (node.schematic_id === undefined || extensionsOf(input, index)?.includes(GUEST_AGENT) !== false) continue;
    yield {
      path: nodePath(index, 'schematic_id'),
      message: `the schematic of ${nodeLabel(node, index)} has no QEMU guest agent, but proxmox_vm_advanced.qemu_agent is on`,
      hint: `make one with siderolabs/${GUEST_AGENT} at factory.talos.dev, or set qemu_agent: false`,
    };
  }
}

function* schematicsHaveTheKernelModules(input: RuleInput): Generator<Finding> {
  for (const [index, node] of input.nodes.entries()) {
    const extensions = extensionsOf(input, index);
    if (extensions === null) continue;
    for (const [at, module] of (node.kernel_modules ?? []).entries()) {
      const wanted = MODULE_EXTENSIONS.get(module ?? '');
      if (wanted === undefined || extensions.some((name) => name.includes(wanted))) continue;
      yield {
        path: [...nodePath(index, 'kernel_modules'), at],
        message: `the schematic of ${nodeLabel(node, index)} has no extension with the kernel module ${module}`,
        hint: 'make one with it at factory.talos.dev, and write its id as schematic_id',
      };
    }
  }
}

export const SCHEMATIC_RULES: readonly Rule[] = [
  {
    code: 'schematic-lacks-agent',
    ...WARNING,
    why: 'Without the agent in the image Proxmox waits for it at every shutdown, and shows no address.',
    check: schematicsHaveTheGuestAgent,
  },
  {
    code: 'schematic-lacks-module',
    ...WARNING,
    why: 'Talos tries in vain to load a module that its image does not have, and what needs it does not start.',
    check: schematicsHaveTheKernelModules,
  },
];
