/** The Talos images that nodes boot from: one ISO for each schematic, with and without secure boot. */
import type { Image } from '../types.ts';
import { computed, type FieldTree } from './fields.ts';

/** What of a node says which image it needs. */
interface Bootable {
  readonly schematic_id: string;
  readonly secureboot: boolean;
}

/** Key of a node's image. It is part of a resource address in OpenTofu's state, hence never changes. */
export function imageKey({ schematic_id, secureboot }: Bootable): string {
  return `${schematic_id}-${secureboot}`;
}

/** Since then the factory has an installer for each platform. */
const FIRST_WITH_PLATFORM = '1.10';

/**
 * The image that Talos installs itself from, by schematic, platform and version. Source: the documentation of Image Factory.
 * @param platform where the node runs: `nocloud` for a VM, `metal`
 */
export function installImage({ schematic_id, secureboot }: Bootable, platform: string, talosVersion: string): string {
  const old = talosVersion.localeCompare(FIRST_WITH_PLATFORM, 'en', { numeric: true }) < 0;
  const name = `${old ? '' : `${platform}-`}installer${secureboot ? '-secureboot' : ''}`;
  return `factory.talos.dev/${name}/${schematic_id}:v${talosVersion}`;
}

/**
 * The images that these nodes need, each once, in the order in which the nodes ask for them. The first node that asks
 * for an image is what it is computed from; the others say the same.
 */
export function imageFields(nodes: readonly Bootable[], talosVersion: string): readonly FieldTree<Image>[] {
  const firstAsking = new Map<string, number>();
  nodes.forEach((node, index) => {
    const key = imageKey(node);
    if (!firstAsking.has(key)) firstAsking.set(key, index);
  });
  return [...firstAsking].map(([key, index]) => image(key, nodes[index]!, `nodes[${index}]`, talosVersion));
}

/** Source of the URL: Image Factory's API, `/image/<schematic>/<version>/<platform>-<architecture>[-secureboot].<format>`. */
function image(
  key: string,
  { schematic_id, secureboot }: Bootable,
  node: string,
  talosVersion: string,
): FieldTree<Image> {
  const suffix = secureboot ? '-secureboot' : '';
  const asked = [`${node}.schematic_id`, `${node}.secureboot`] as const;
  const file = `talos-v${talosVersion}-${schematic_id.slice(0, 12)}${suffix}.iso`;
  const url = `https://factory.talos.dev/image/${schematic_id}/v${talosVersion}/nocloud-amd64${suffix}.iso`;
  return {
    key: computed(key, ...asked),
    schematic_id: computed(schematic_id, asked[0]),
    secureboot: computed(secureboot, asked[1]),
    file_name: computed(file, ...asked, 'cluster.talos_version'),
    url: computed(url, ...asked, 'cluster.talos_version'),
  };
}
