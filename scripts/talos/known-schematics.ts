/**
 * Schematics whose content is known though only their id is written: those that are stated in a public place, as the
 * documentation of Talos and Longhorn, and the tests of image-factory and talhelper.
 */
import { schematicId, type Schematic } from './schematic.ts';

const withExtensions = (...names: readonly string[]): Schematic => ({
  customization: { systemExtensions: { officialExtensions: names.map((name) => `siderolabs/${name}`) } },
});

const KNOWN: readonly Schematic[] = [
  {},
  withExtensions('qemu-guest-agent'),
  withExtensions('iscsi-tools', 'util-linux-tools'),
  withExtensions('iscsi-tools', 'qemu-guest-agent', 'util-linux-tools'),
  withExtensions('drbd', 'zfs'),
  { customization: { extraKernelArgs: ['net.ifnames=0'], ...withExtensions('tailscale').customization } },
  { customization: { extraKernelArgs: ['noapic', 'nolapic'] } },
  { customization: { meta: [{ key: 0x0a, value: 'foo' }] } },
  { customization: { secureboot: { includeWellKnownCertificates: true } } },
  { customization: { diskImage: { sectorSize: 4096 } } },
  { overlay: { image: 'siderolabs/sbc-raspberrypi', name: 'rpi_generic' } },
];

let byId: ReadonlyMap<string, Schematic> | null = null;

/** What a schematic holds; null for one that is not known. */
export function knownSchematic(id: string): Schematic | null {
  byId ??= new Map(KNOWN.map((schematic) => [idOfKnown(schematic), schematic]));
  return byId.get(id) ?? null;
}

function idOfKnown(schematic: Schematic): string {
  const found = schematicId(schematic);
  return 'id' in found ? found.id : '';
}
