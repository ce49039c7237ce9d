/** What a schematic says, and what a node asks of its image that the image is known not to have. */
import { extensionsForModule, GUEST_AGENT } from '../../talos/extensions.ts';
import { schematicId, type Schematic } from '../../talos/schematic.ts';
import { formatPath } from '../path.ts';
import { extensionsOf, nodeSchematic, writtenSchematics, type NodeSchematic } from './node-schematic.ts';
import {
  advancedValue,
  ERROR,
  type Finding,
  infrastructure,
  nodeLabel,
  nodePath,
  type Rule,
  type RuleInput,
  WARNING,
} from './rule.ts';

function* nodesSayTheIdOrWhatIsInIt({ nodes, isWritten, place }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    const [id, content] = [nodePath(index, 'schematic_id'), nodePath(index, 'schematic')];
    if (!isWritten(id) || !isWritten(content)) continue;
    yield {
      path: id,
      message: `${nodeLabel(node, index)} has both schematic_id and schematic, at ${place(content)}`,
      hint: 'remove schematic_id: the id is worked out from schematic',
    };
  }
}

function* theIdsOfSchematicsAreCertain(input: RuleInput): Generator<Finding> {
  for (const { path, content } of writtenSchematics(input)) {
    const found = schematicId(content as Schematic);
    if ('id' in found) continue;
    const { path: inside, why } = found.uncertain[0]!;
    yield {
      path: [...path, ...inside],
      message: `the id of this schematic cannot be worked out here: of ${formatPath(inside)} ${why}`,
      hint: 'make it at factory.talos.dev, and write the id that the factory gives as schematic_id of the nodes',
    };
  }
}

function* schematicsHaveTheGuestAgent(input: RuleInput): Generator<Finding> {
  const agent = advancedValue(input, 'qemu_agent');
  if (infrastructure(input) !== 'on' || agent?.value !== true) return;
  for (const [index, schematic] of firstOfEach(input)) {
    if (schematic.path === null || extensionsOf(schematic)?.includes(GUEST_AGENT) !== false) continue;
    yield {
      path: schematic.path,
      message: `the schematic of ${nodeLabel(input.nodes[index]!, index)} has no QEMU guest agent, but proxmox_vm_advanced.qemu_agent is on`,
      hint: `${howToAdd([GUEST_AGENT], schematic)}, or set qemu_agent: false`,
    };
  }
}

/** The nodes with the schematics that they are the first to have: what one node's schematic lacks, another's of the same place does. */
function* firstOfEach(input: RuleInput): Generator<readonly [index: number, schematic: NodeSchematic]> {
  const seen = new Set<string>();
  for (const index of input.nodes.keys()) {
    const schematic = nodeSchematic(input, index);
    const place = formatPath(schematic?.path?.slice(1) ?? []);
    if (schematic === null || seen.has(place)) continue;
    seen.add(place);
    yield [index, schematic];
  }
}

function howToAdd(extensions: readonly string[], { id }: NodeSchematic): string {
  const names = extensions.join(' or ');
  return id === null ? `add ${names} to it` : `write schematic, with ${names} in it, in place of schematic_id`;
}

function* schematicsHaveTheKernelModules(input: RuleInput): Generator<Finding> {
  for (const [index, node] of input.nodes.entries()) {
    if (node.kernel_modules === undefined) continue;
    const schematic = nodeSchematic(input, index);
    const extensions = extensionsOf(schematic);
    if (schematic === null || extensions === null) continue;
    for (const [at, module = ''] of node.kernel_modules.entries()) {
      const wanted = extensionsForModule(module);
      if (wanted.length === 0 || wanted.some((name) => extensions.includes(name))) continue;
      yield {
        path: [...nodePath(index, 'kernel_modules'), at],
        message: `the schematic of ${nodeLabel(node, index)} has no extension for the kernel module ${module}`,
        hint: howToAdd(wanted, schematic),
      };
    }
  }
}

function* settingsOfSecureBootHaveIt(input: RuleInput): Generator<Finding> {
  for (const [index, node] of input.nodes.entries()) {
    const settings = node.schematic?.customization?.secureboot;
    if (settings === undefined || node.secureboot === true) continue;
    if (node.secureboot === undefined && input.isWritten(nodePath(index, 'secureboot'))) continue;
    yield {
      path: [...nodePath(index, 'schematic'), 'customization', 'secureboot'],
      message: `the schematic of ${nodeLabel(node, index)} says how secure boot is set up, but the node boots without it`,
      hint: `set secureboot: true at ${nodeLabel(node, index)}, or remove this`,
    };
  }
}

function* keysInTheTpmHaveAKernelThatIsMeasured(input: RuleInput): Generator<Finding> {
  for (const [index, node] of input.nodes.entries()) {
    if (node.encrypt_disk !== true || node.secureboot === true) continue;
    const schematic = nodeSchematic(input, index);
    if (schematic?.content?.customization?.bootloader !== 'grub') continue;
    yield {
      path: nodePath(index, 'encrypt_disk'),
      message: `the schematic of ${nodeLabel(node, index)} boots by GRUB, and then the TPM has nothing to seal the disk's key with`,
      hint: 'set secureboot: true, or take bootloader: grub out of the schematic',
    };
  }
}

export const SCHEMATIC_RULES: readonly Rule[] = [
  {
    code: 'schematic-twice',
    ...ERROR,
    why: 'Two statements of what is in an image, of which only one can be right.',
    check: nodesSayTheIdOrWhatIsInIt,
  },
  {
    code: 'schematic-uncertain',
    ...ERROR,
    why: 'The machines would ask the factory for an image by an id that it does not know.',
    check: theIdsOfSchematicsAreCertain,
  },
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
  {
    code: 'schematic-secureboot-unused',
    ...WARNING,
    why: 'An image that is not signed enrolls no keys.',
    check: settingsOfSecureBootHaveIt,
  },
  {
    code: 'schematic-grub-with-tpm',
    ...WARNING,
    why: 'The key in the TPM is bound to a unified kernel image, which GRUB does not boot: the encryption of the disk fails.',
    check: keysInTheTpmHaveAKernelThatIsMeasured,
  },
];
