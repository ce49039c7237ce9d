/** The disk that Talos is installed on: a path below /dev/, otherwise a serial number or WWID. */
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
];
