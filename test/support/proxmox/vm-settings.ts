/** The settings of a VM: what is checked, and how each is kept. */
import { driveRule } from './drives.ts';
import { invalid } from './refused.ts';
import type { Call } from './route.ts';
import { nextMac, numbersRule, printOptions, readOptions, tagRule, type Change, type SettingRule } from './settings.ts';

export const VM_SETTINGS: readonly SettingRule[] = [
  driveRule,
  { keys: /^net\d+$/, take: takeNetwork },
  tagRule,
  { keys: /^template$/, take: ({ value }) => (value === '1' ? 1 : null) },
  { keys: /^cipassword$/, take: () => '**********' },
  numbersRule(
    'cores sockets cpuunits vcpus shares acpi autostart kvm numa onboot protection tablet reboot localtime freeze ciupgrade',
  ),
];

const MODELS = new Set(['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3']);

/** `model=virtio,bridge=vmbr0,macaddr=…` is kept as `virtio=…,bridge=vmbr0`. */
function takeNetwork({ world, value, old }: Change): string {
  const options = readOptions(value);
  const [model = 'virtio', mac] = modelAndMac(value);
  const kept = old === undefined ? undefined : modelAndMac(String(old))[1];
  const others = options.filter(([name]) => !['', 'model', 'macaddr'].includes(name) && !MODELS.has(name));
  return printOptions([[model, (mac ?? kept ?? nextMac(world)).toUpperCase()], ...others]);
}

/** Of a network device, in its short form or its long one. */
export function modelAndMac(text: string): readonly [model: string | undefined, mac: string | undefined] {
  const options = new Map(readOptions(text));
  const short = [...options].find(([name]) => MODELS.has(name));
  return short ?? [options.get('model') ?? options.get(''), options.get('macaddr')];
}

/** What each parameter must look like, and Proxmox VE's words where it does not. */
const CHECKS: readonly (readonly [keys: RegExp, fits: (value: string) => boolean, message: string])[] = [
  [
    /^name$/,
    (value) => /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(value),
    'invalid format - value does not look like a valid DNS name\n',
  ],
  [/^(cores|sockets)$/, (value) => Number(value) >= 1, 'value must have a minimum value of 1\n'],
  [/^memory$/, (value) => Number.parseInt(value, 10) >= 16, 'value must have a minimum value of 16\n'],
  [
    /^tags$/,
    (value) => value === '' || /^[a-z0-9_][a-z0-9_.+-]*([;,][a-z0-9_][a-z0-9_.+-]*)*$/i.test(value),
    'invalid format - invalid characters in tag\n',
  ],
  [
    /^net\d+$/,
    (value) => validTag(new Map(readOptions(value)).get('tag')),
    'invalid format - format error\ntag: value must be between 1 and 4094\n',
  ],
  [
    /^bios$/,
    (value) => /^(seabios|ovmf)$/.test(value),
    "value does not have a value in the enumeration 'seabios, ovmf'\n",
  ],
];

const validTag = (tag: string | undefined): boolean => tag === undefined || (Number(tag) >= 1 && Number(tag) <= 4094);

/** @throws 400 with all that is wrong */
export function checkForm(form: Call['form']): void {
  const wrong = Object.entries(form).flatMap(([key, value]) => {
    const check = CHECKS.find(([keys, fits]) => keys.test(key) && !fits(value));
    return check ? [[key, check[2]] as const] : [];
  });
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong));
}
