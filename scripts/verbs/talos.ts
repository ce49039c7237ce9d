/** `nigari talos …` */
import { SCHEMATIC } from './talos-schematic.ts';
import type { VerbGroup } from './verb.ts';

export const TALOS: VerbGroup = {
  name: 'talos',
  summary: 'the images that the machines run',
  description: 'What the machines run: Talos Linux.',
  verbs: [SCHEMATIC],
};
