/** The disk that Talos is installed on: a path below /dev/, otherwise a serial number or WWID. */
import { knownKeys } from '../key-schema.ts';
import { quoted } from '../path.ts';
import { ERROR, nodeLabel, nodePath, WARNING, type Finding, type Rule, type RuleInput } from './rule.ts';

const aDiskPathIsBelowDev = (input: RuleInput): Iterable<Finding> =>
  disks(input, ({ disk, label }) => {
    if (!disk.startsWith('/') || /^\/dev\/[^/]/.test(disk)) return null;
    const name = /^\/+([\w-]+)$/.exec(disk)?.[1];
    return {
      message: `disk of ${label} must be a path below /dev/, or a serial number or WWID, not ${quoted(disk)}`,
      hint: name === undefined || name === 'dev' ? 'for example /dev/sda' : `did you mean /dev/${name}?`,
    };
  });

const SELECTOR_KEYS = knownKeys('nodes', ['nodes', 0, 'disk_selector']);

/** What Linux calls disks; no maker gives such serial numbers. */
const DEVICE_NAME = /^(?:dev\/)?((?:[svh]|xv)d[a-z]{1,2}|nvme[0-9]n[0-9]|mmcblk[0-9])$/;

const aDeviceNameHasItsPath = (input: RuleInput): Iterable<Finding> =>
  disks(input, ({ disk, label }) => {
    const name = DEVICE_NAME.exec(disk)?.[1];
    if (name === undefined) return null;
    return {
      message: `disk ${disk} of ${label} is taken as a serial number: it does not begin with /dev/`,
      hint: `did you mean /dev/${name}?`,
    };
  });

function* aDiskIsNamedOrDescribed({ nodes, place }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    if (node.disk === undefined || node.disk_selector === undefined) continue;
    yield {
      path: nodePath(index, 'disk_selector'),
      message: `${nodeLabel(node, index)} has a disk_selector beside disk at ${place(nodePath(index, 'disk'))}`,
      hint: 'keep one of the two',
    };
  }
}

function* aDiskSelectorSelects({ nodes, isWritten }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    const path = nodePath(index, 'disk_selector');
    if (node.disk_selector === undefined || SELECTOR_KEYS.some((key) => isWritten([...path, key]))) continue;
    yield {
      path,
      message: `the disk_selector of ${nodeLabel(node, index)} is empty: any disk is like that`,
      hint: 'for example size: ">= 100GB"',
    };
  }
}

interface Disk {
  readonly disk: string;
  readonly label: string;
}

function* disks({ nodes }: RuleInput, judge: (disk: Disk) => Omit<Finding, 'path'> | null): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    const words = node.disk === undefined ? null : judge({ disk: node.disk, label: nodeLabel(node, index) });
    if (words !== null) yield { path: nodePath(index, 'disk'), ...words };
  }
}

export const DISK_RULES: readonly Rule[] = [
  {
    code: 'disk-path',
    ...ERROR,
    why: 'Talos finds no such disk, and the installation fails.',
    check: aDiskPathIsBelowDev,
  },
  {
    code: 'disk-name-without-path',
    ...WARNING,
    why: 'What does not begin with / is compared with the serial numbers and WWIDs of the disks.',
    check: aDeviceNameHasItsPath,
  },
  {
    code: 'disk-and-selector',
    ...ERROR,
    why: 'Talos takes both without a word, and follows one of them.',
    check: aDiskIsNamedOrDescribed,
  },
  {
    code: 'disk-selector-empty',
    ...ERROR,
    why: 'Talos installs itself on the first disk that it finds, whatever is on it.',
    check: aDiskSelectorSelects,
  },
];
