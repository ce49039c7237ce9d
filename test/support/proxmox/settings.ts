/** How what is sent for a guest becomes its configuration, which is what `GET config` gives back. */
import { listed } from './route.ts';
import type { Guest, Setting, World } from './world.ts';

/** One setting on its way into the configuration. */
export interface Change {
  readonly world: World;
  readonly guest: Guest;
  readonly key: string;
  readonly value: string;
  /** What is there until now. */
  readonly old: Setting | undefined;
}

/** Settings of one form; `take` gives what is kept, null for nothing. `drop` is called when one is deleted. */
export interface SettingRule {
  readonly keys: RegExp;
  readonly take: (change: Change) => Setting | null;
  readonly drop?: (world: World, guest: Guest, old: Setting) => void;
}

/** Parameters that say how, and are no settings. */
const CONTROL = new Set(
  'archive bwlimit delete digest force full import-working-storage live-restore node ostemplate password pool restore revert skiplock ssh-public-keys start storage unique vmid'.split(
    ' ',
  ),
);

export type Options = readonly (readonly [name: string, value: string])[];

/** `local-lvm:32,ssd=1,` as `['', 'local-lvm:32'], ['ssd', '1']`. */
export function readOptions(text: string): Options {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at === -1 ? (['', part] as const) : ([part.slice(0, at), part.slice(at + 1)] as const);
    });
}

export const printOptions = (options: Options): string =>
  options.map(([name, value]) => (name === '' ? value : `${name}=${value}`)).join(',');

/**
 * Sets and deletes what the form says.
 * @returns the names of the settings that are not what they were
 */
export function applySettings(
  world: World,
  guest: Guest,
  form: Readonly<Record<string, string>>,
  rules: readonly SettingRule[],
): readonly string[] {
  const before = { ...guest.config };
  for (const key of listed(form['delete'])) remove(world, guest, key, rules);
  for (const [key, value] of Object.entries(form)) {
    if (!CONTROL.has(key)) set({ world, guest, key, value, old: before[key] }, rules);
  }
  return Object.keys({ ...before, ...guest.config }).filter((key) => guest.config[key] !== before[key]);
}

function set(change: Change, rules: readonly SettingRule[]): void {
  const { guest, key, value } = change;
  const rule = rules.find(({ keys }) => keys.test(key));
  const setting = rule ? rule.take(change) : value;
  if (setting === null) delete guest.config[key];
  else guest.config[key] = setting;
}

function remove(world: World, guest: Guest, key: string, rules: readonly SettingRule[]): void {
  const old = guest.config[key];
  if (old === undefined) return;
  delete guest.config[key];
  rules.find(({ keys }) => keys.test(key))?.drop?.(world, guest, old);
}

/** They count up: the same addresses in each run. */
export function nextMac(world: World): string {
  world.macs += 1;
  const number = world.macs.toString(16).toUpperCase().padStart(6, '0');
  return `BC:24:11:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
}

/** Proxmox VE sorts them and separates them by semicolons. */
export const tagRule: SettingRule = {
  keys: /^tags$/,
  take: ({ value }) => [...new Set(listed(value))].toSorted().join(';'),
};

/** The keys whose values JSON must carry as numbers. */
export const numbersRule = (names: string): SettingRule => ({
  keys: new RegExp(`^(${names.replaceAll(' ', '|')})$`),
  take: ({ value }) => Number(value),
});
