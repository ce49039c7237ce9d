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

/** A version of Kubernetes that becomes another one. */
export interface KubernetesChange {
  readonly from: string;
  readonly to: string;
}

/** As Talos writes them, in documents of any form: `image: ghcr.io/siderolabs/kubelet:v1.36.0-fat`. */
const IMAGE =
  /^(?<sign>[-+])\s+image: \S*?(?<component>kubelet|kube-[a-z-]+):v(?<version>\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)/gm;

/** @param diff of a machine's configuration @returns null where no component of Kubernetes gets another version */
export function kubernetesChange(diff: string): KubernetesChange | null {
  const images = [...diff.matchAll(IMAGE)].map(({ groups = {} }) => groups);
  for (const { component, version: to = '' } of images.filter(({ sign }) => sign === '+')) {
    const old = images.find((image) => image['sign'] === '-' && image['component'] === component);
    const from = old?.['version'] ?? to;
    if (from !== to) return { from, to };
  }
  return null;
}
