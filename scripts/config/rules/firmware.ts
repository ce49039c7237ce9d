/** Firmware, and what is measured and sealed by it: secure boot and disk encryption. */
import {
  advancedValue,
  ERROR,
  infrastructure,
  nodeLabel,
  nodePath,
  WARNING,
  type Finding,
  type Rule,
  type RuleInput,
} from './rule.ts';

/** The keys of a node that a TPM is made for, and UEFI is needed by. */
const UEFI_KEYS = ['secureboot', 'encrypt_disk'] as const;

function* secureBootAndEncryptionHaveUefi(input: RuleInput): Generator<Finding> {
  const bios = advancedValue(input, 'bios');
  if (infrastructure(input) !== 'on' || bios?.value !== 'seabios' || bios.path === null) return;
  for (const [index, node] of input.nodes.entries()) {
    for (const key of UEFI_KEYS.filter((name) => node[name] === true)) {
      yield {
        path: nodePath(index, key),
        message: `${key} of ${nodeLabel(node, index)} needs UEFI, but bios is seabios at ${input.place(bios.path)}`,
        hint: `set bios: ovmf, or ${key}: false`,
      };
    }
  }
}

function* secureBootHasTheMachineQ35(input: RuleInput): Generator<Finding> {
  const machine = advancedValue(input, 'machine');
  if (infrastructure(input) !== 'on' || machine?.value !== 'i440fx' || machine.path === null) return;
  for (const [index, node] of input.nodes.entries()) {
    if (node.secureboot !== true) continue;
    yield {
      path: nodePath(index, 'secureboot'),
      message: `secureboot of ${nodeLabel(node, index)} needs machine q35, but it is i440fx at ${input.place(machine.path)}`,
      hint: 'set machine: q35, or secureboot: false',
    };
  }
}

function* diskEncryptionHasSecureBoot({ nodes, isWritten }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    if (node.encrypt_disk !== true || node.secureboot === true) continue;
    if (node.secureboot === undefined && isWritten(nodePath(index, 'secureboot'))) continue;
    yield {
      path: nodePath(index, 'encrypt_disk'),
      message: `the disk key of ${nodeLabel(node, index)} opens for whatever boots: without secureboot the TPM does not look at the kernel`,
      hint: `set secureboot: true at ${nodeLabel(node, index)}`,
    };
  }
}

export const FIRMWARE_RULES: readonly Rule[] = [
  {
    code: 'uefi-needed',
    ...ERROR,
    why: "SeaBIOS knows neither secure boot nor the measurements that the TPM seals the disk's key with.",
    check: secureBootAndEncryptionHaveUefi,
  },
  {
    code: 'secureboot-needs-q35',
    ...ERROR,
    why: 'Secure boot needs the machine type that has system management mode, which protects its keys.',
    check: secureBootHasTheMachineQ35,
  },
  {
    code: 'encryption-without-secureboot',
    ...WARNING,
    why: "The TPM then gives the disk's key to any kernel that is booted, so who has the disk image and the VM has the data.",
    check: diskEncryptionHasSecureBoot,
  },
];
