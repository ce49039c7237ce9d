/** What an `apply-config --dry-run` says. Source: seen with talosctl 1.13; the texts are Talos' own (internal/app/machined). */

/** What giving a machine its configuration anew would do. */
export interface MachineChange {
  /** `Applied configuration without a reboot`, as Talos says it. */
  readonly mode: string;
  readonly reboots: boolean;
  /** A unified diff, empty where nothing changes. */
  readonly diff: string;
}

/** @param said what talosctl printed on stderr */
export function machineChange(said: string): MachineChange {
  const mode = /^(Applied .*?|Staged .*?)(?: \(skipped in dry-run\))?\.?\s*$/m.exec(said)?.[1] ?? '';
  const [, diff = ''] = said.split(/^Config diff:\s*$/m);
  const isSame = /^No changes\.?\s*$/m.test(diff);
  return { mode, reboots: /with a reboot/.test(mode), diff: isSame ? '' : diff.trim() };
}
