/** The Talos images that nodes boot from: one ISO for each schematic, with and without secure boot. */
import type { Image } from '../types.ts';

/** What of a node says which image it needs. */
interface Bootable {
  readonly schematic_id: string;
  readonly secureboot: boolean;
}

/** Key of a node's image. It is part of a resource address in OpenTofu's state, hence never changes. */
export function imageKey({ schematic_id, secureboot }: Bootable): string {
  return `${schematic_id}-${secureboot}`;
}

/** The images that these nodes need, each once, in the order in which the nodes ask for them. */
export function images(nodes: readonly Bootable[], talosVersion: string): readonly Image[] {
  const wanted = new Map(nodes.map((node) => [imageKey(node), node]));
  return [...wanted].map(([key, node]) => image(key, node, talosVersion));
}

/** Source of the URL: Image Factory's API, `/image/<schematic>/<version>/<platform>-<architecture>[-secureboot].<format>`. */
function image(key: string, { schematic_id, secureboot }: Bootable, talosVersion: string): Image {
  const suffix = secureboot ? '-secureboot' : '';
  return {
    key,
    schematic_id,
    secureboot,
    file_name: `talos-v${talosVersion}-${schematic_id.slice(0, 12)}${suffix}.iso`,
    url: `https://factory.talos.dev/image/${schematic_id}/v${talosVersion}/nocloud-amd64${suffix}.iso`,
  };
}
