/** The id that is worked out here is the one that the real talhelper, with the factory's own code in it, works out. Run in two lengths. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXTENSIONS } from '../../scripts/talos/extensions.ts';
import { schematicId, type Schematic } from '../../scripts/talos/schematic.ts';
import { temporaryFolder } from './copy.ts';
import { realTool } from './tools.ts';

/** Kernel arguments as they are, and texts that YAML has to quote. */
const texts = fc.oneof(
  fc.constantFrom('net.ifnames=0', '-init_on_alloc', 'console=ttyS0,115200n8', 'talos.config=https://x.y/z?h=${h}&m=#'),
  fc.constantFrom('true', 'null', '~', '1', '0x10', '1.5', '1e3', '2001-01-01', '.inf', '- x', 'a: b', 'a #b', "it's"),
  fc.string({ unit: fc.constantFrom(...`-?: #'"a`), maxLength: 6 }),
  fc.string({ unit: fc.constantFrom(...'0123456789+-._eExob:'), maxLength: 8 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
);

/** No schematic is without a text: this one leaves out what it is not about. */
const optional = <T extends object>(shape: { readonly [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<T>;

const letters = fc.string({ unit: fc.constantFrom(...'abcXYZ'), minLength: 1, maxLength: 6 });
const schematics: fc.Arbitrary<Schematic> = optional<Schematic>({
  overlay: fc.record({
    image: fc.constantFrom('siderolabs/sbc-raspberrypi', 'siderolabs/sbc-rockchip'),
    name: fc.constantFrom('rpi_generic', 'turingrk1'),
    options: fc.dictionary(letters, fc.oneof(texts, fc.integer(), fc.boolean()), { maxKeys: 4 }),
  }),
  customization: optional<NonNullable<Schematic['customization']>>({
    embeddedMachineConfiguration: texts,
    extraKernelArgs: fc.array(texts, { maxLength: 4 }),
    meta: fc.array(fc.record({ key: fc.integer({ min: 0, max: 255 }), value: texts }), { maxLength: 3 }),
    systemExtensions: optional({ officialExtensions: fc.subarray([...EXTENSIONS.keys()], { maxLength: 6 }) }),
    bootloader: fc.constantFrom('dual-boot', 'sd-boot', 'grub'),
    secureboot: optional({
      enrollKeys: fc.constantFrom('manual', 'if-safe', 'force'),
      includeWellKnownCertificates: fc.boolean(),
    }),
    diskImage: optional({ sectorSize: fc.constantFrom(512, 4096) }),
  }),
});

/** Those of which an id is promised. */
const certain = schematics.filter((schematic) => 'id' in schematicId(schematic));

export function describeSchematicIds(runs: number): void {
  const talhelper = realTool('talhelper');

  describe.skipIf(talhelper === null)('the id of a schematic', () => {
    test(`is the one of talhelper, ${runs} times`, async () => {
      const file = join(await temporaryFolder(), 'schematic.yaml');
      const property = fc.asyncProperty(certain, async (schematic) => {
        // As JSON, which is YAML: how it is written here has no part in it.
        await writeFile(file, JSON.stringify(schematic));
        const args = ['genurl', 'installer', '--offline-mode', '--customization-file', file];
        const { stdout } = await execa(talhelper ?? '', args);
        expect(schematicId(schematic)).toEqual({ id: /[0-9a-f]{64}/.exec(stdout)?.[0] });
      });
      await fc.assert(property, { numRuns: runs });
    });
  });
}
