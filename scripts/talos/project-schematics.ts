/** The schematics of a project, each once. */
import type { NodeModel } from '../types.ts';
import { knownSchematic } from './known-schematics.ts';
import { canonicalYaml } from './schematic.ts';

export interface ProjectSchematic {
  readonly id: string;
  /** As the factory writes it, with a line break at its end; null where only the id is known. */
  readonly yaml: string | null;
  /** Names of the nodes whose image it is in. */
  readonly nodes: readonly string[];
}

/** In the order of the nodes. */
export function projectSchematics(
  nodes: readonly Pick<NodeModel, 'name' | 'schematic' | 'schematic_id'>[],
): readonly ProjectSchematic[] {
  const ids = [...new Set(nodes.map(({ schematic_id }) => schematic_id))];
  return ids.map((id) => {
    const booted = nodes.filter(({ schematic_id }) => schematic_id === id);
    const content = booted.find(({ schematic }) => schematic !== null)?.schematic ?? knownSchematic(id);
    const written = content && canonicalYaml(content);
    const yaml = written !== null && 'yaml' in written ? written.yaml : null;
    return { id, yaml, nodes: booted.map(({ name }) => name) };
  });
}
