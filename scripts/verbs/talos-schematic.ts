/** `nigari talos schematic …` */
import { FACTORY } from '../talos/factory.ts';
import { JSON_OPTION, type VerbGroup } from './verb.ts';

export const SCHEMATIC: VerbGroup = {
  name: 'schematic',
  summary: 'what the Talos images hold: tell their ids, register them',
  description: 'What the Talos images of the project hold beside Talos itself: docs/schematics.md.',
  verbs: [
    {
      name: 'id',
      summary: 'print the schematics with their ids, worked out here, and the nodes that have them',
      options: [JSON_OPTION],
      prints: true,
      more: 'Nobody is asked. What is printed is YAML that factory.talos.dev takes.\n\nExamples:\n  nigari talos schematic id\n  nigari talos schematic id --json',
      run: async (context) => (await import('../commands/talos/schematic.ts')).schematicId(context),
    },
    {
      name: 'register',
      summary: 'make the schematics known to the Image Factory, and compare its ids',
      options: [['--factory <url>', `another Image Factory (default: ${FACTORY})`], JSON_OPTION],
      more: 'One that the factory knows stays as it is. One of which only the id is written\nis not sent.\n\nExample:\n  nigari talos schematic register',
      run: async (context, { factory = FACTORY }) =>
        (await import('../commands/talos/schematic.ts')).registerSchematics(context, factory),
    },
  ],
};
