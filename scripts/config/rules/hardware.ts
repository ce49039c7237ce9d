/** Virtual hardware that all VMs share: what Talos does not run on, and what the provider refuses. */
import { quoted } from '../path.ts';
import { suggestion } from '../suggest.ts';
import { CPU_TYPES, isBelowV2, isCpuType } from './cpu-types.ts';
import { CLUSTER_FILE, ERROR, WARNING, type Finding, type Rule, type RuleInput } from './rule.ts';

const advancedPath = (key: string) => [CLUSTER_FILE, 'proxmox_vm_advanced', key] as const;

function* theCpuTypeIsOneOfProxmox({ cluster }: RuleInput): Generator<Finding> {
  const type = cluster?.proxmox_vm_advanced?.cpu_type;
  if (type === undefined || isCpuType(type)) return;
  const near = suggestion(type, CPU_TYPES);
  yield {
    path: advancedPath('cpu_type'),
    message: `cpu_type ${quoted(type)} is none of Proxmox', and a model of your own is called custom-<name>`,
    hint: near === null ? 'for example host, or x86-64-v2-AES where VMs move between hosts' : `did you mean ${near}?`,
  };
}

function* theCpuIsOneThatTalosRunsOn({ cluster }: RuleInput): Generator<Finding> {
  const type = cluster?.proxmox_vm_advanced?.cpu_type;
  if (type === undefined || !isBelowV2(type)) return;
  yield {
    path: advancedPath('cpu_type'),
    message: `Talos does not boot on cpu_type ${type}: it needs x86-64-v2 or better`,
    hint: 'use host, or x86-64-v2-AES where VMs move between hosts',
  };
}

function* theMemoryIsNotBallooned({ cluster }: RuleInput): Generator<Finding> {
  const balloon = cluster?.proxmox_vm_advanced?.balloon ?? 0;
  if (balloon === 0) return;
  yield {
    path: advancedPath('balloon'),
    message: `Proxmox may shrink a VM to ${balloon} MiB, but Kubernetes goes on counting with all of its memory`,
    hint: 'set balloon: 0, or remove the line',
  };
}

function* theScsiControllerIsOneThatTalosKnows({ cluster }: RuleInput): Generator<Finding> {
  if (cluster?.proxmox_vm_advanced?.scsi_hw !== 'virtio-scsi-single') return;
  yield {
    path: advancedPath('scsi_hw'),
    message:
      'Talos advises against virtio-scsi-single: disks were not found at it (github.com/siderolabs/talos/issues/11173)',
    hint: 'did you mean virtio-scsi-pci?',
  };
}

export const HARDWARE_RULES: readonly Rule[] = [
  {
    code: 'unknown-cpu-type',
    ...ERROR,
    why: 'The provider refuses it, and `tofu validate` fails.',
    check: theCpuTypeIsOneOfProxmox,
  },
  {
    code: 'old-cpu-type',
    ...WARNING,
    why: "The machine restarts for ever: Talos is built for x86-64-v2, and Proxmox' own default is older.",
    check: theCpuIsOneThatTalosRunsOn,
  },
  {
    code: 'memory-ballooning',
    ...WARNING,
    why: 'Kubernetes schedules by the memory that it saw at the start; when Proxmox takes some back, pods are killed.',
    check: theMemoryIsNotBallooned,
  },
  {
    code: 'virtio-scsi-single',
    ...WARNING,
    why: "Talos' documentation advises against it, because some find no disk; others run it without trouble.",
    check: theScsiControllerIsOneThatTalosKnows,
  },
];
