/** What a node's image is made from: an id that was written, or what it holds, of which the id follows. */
import { normalSchematic, schematicId, type Schematic } from '../talos/schematic.ts';
import { nodeDefault } from './defaults.ts';
import { builtIn, computed, firstOf, mapField, unset, written, type Field } from './fields.ts';
import type { ClusterYaml, NodeYaml } from './written.gen.ts';

interface SchematicFields {
  readonly schematic_id: Field<string>;
  /** Null where only the id is known. */
  readonly schematic: Field<Schematic | null>;
}

/** What the node says itself, its id or what is in it, beats what the cluster says. */
export function schematicFields(
  node: Pick<NodeYaml, 'schematic' | 'schematic_id'>,
  index: number,
  { talos_schematic }: Pick<ClusterYaml, 'talos_schematic'>,
): SchematicFields {
  const own = (key: keyof NodeYaml): readonly [string, string, number, string] => ['nodes.yaml', 'nodes', index, key];
  const [ownId, ownContent] = [`nodes[${index}].schematic_id`, `nodes[${index}].schematic`];
  const id = written<string | undefined>(node.schematic_id, own('schematic_id'));
  return {
    schematic_id: firstOf(
      id,
      idField(node.schematic, ownContent),
      idField(talos_schematic, 'cluster.talos_schematic'),
      builtIn(nodeDefault('schematic_id'), 'nodes[].schematic_id'),
    ),
    schematic: firstOf<Schematic | null>(
      contentField(node.schematic, own('schematic')),
      id && computed(null, ownId),
      contentField(talos_schematic, ['cluster.yaml', 'talos_schematic']),
      unset('nodes[].schematic'),
    ),
  };
}

function contentField(content: Schematic | undefined, path: Parameters<typeof written>[1]): Field<Schematic> | null {
  const field = written(content, path);
  return field && mapField(field, normalSchematic);
}

const idField = (content: Schematic | undefined, of: string): Field<string> | null =>
  content === undefined ? null : computed(idOf(content), of);

/** Of a schematic that `check` has passed. @throws for one of which the id is not certain: a bug */
export function idOf(content: Schematic): string {
  const found = schematicId(normalSchematic(content));
  if ('uncertain' in found) throw new TypeError('a schematic without a certain id got past the rules');
  return found.id;
}
