/** What is known of the schematics that are written, and of the one that a node's image is made from. */
import type { Schematic } from '../../talos/schematic.ts';
import type { InputPath } from '../../types.ts';
import { nodeDefault } from '../defaults.ts';
import type { WellFormed } from '../well-formed.ts';
import { knownSchematic } from '../../talos/known-schematics.ts';
import { CLUSTER_FILE, nodePath, type RuleInput } from './rule.ts';

export const CLUSTER_SCHEMATIC: InputPath = [CLUSTER_FILE, 'talos_schematic'];

/** A schematic of either file, without what is not well-formed in it. */
export interface WrittenSchematic {
  readonly path: InputPath;
  readonly content: WellFormed<Schematic>;
}

/** Those of which something is said in the files, the cluster's first. */
export function writtenSchematics({ cluster, nodes }: RuleInput): readonly WrittenSchematic[] {
  const own = nodes.map(({ schematic }, index) => ({ path: nodePath(index, 'schematic'), content: schematic }));
  const all = [{ path: CLUSTER_SCHEMATIC, content: cluster?.talos_schematic }, ...own];
  return all.flatMap(({ path, content }) => (content === undefined ? [] : [{ path, content }]));
}

/** The schematic of a node's image. */
export interface NodeSchematic {
  /** Where it is written, as its id or as what it holds; null for the built-in one. */
  readonly path: InputPath | null;
  /** Null where it is what was written. */
  readonly id: string | null;
  /** Null where only the id is known. */
  readonly content: Schematic | null;
}

/** @returns null where it cannot be told, since what is written is broken or was not read */
export function nodeSchematic(input: RuleInput, index: number): NodeSchematic | null {
  const { schematic, schematic_id } = input.nodes[index] ?? {};
  const [idPath, contentPath] = [nodePath(index, 'schematic_id'), nodePath(index, 'schematic')];
  if (input.isWritten(idPath)) return schematic_id === undefined ? null : byId(schematic_id, idPath);
  if (input.isWritten(contentPath)) return byContent(schematic, contentPath);
  if (input.cluster === null) return null;
  if (input.isWritten(CLUSTER_SCHEMATIC)) return byContent(input.cluster.talos_schematic, CLUSTER_SCHEMATIC);
  return byId(nodeDefault('schematic_id'), null);
}

const byId = (id: string, path: InputPath | null): NodeSchematic => ({ path, id, content: knownSchematic(id) });

const byContent = (content: WellFormed<Schematic> | undefined, path: InputPath): NodeSchematic | null =>
  isWhole(content) ? { path, id: null, content: content as Schematic } : null;

/** Whether nothing in it is broken. */
function isWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return Object.values(value).every(isWhole);
}

/** The extensions of a schematic; null where it is not known what it holds. */
export function extensionsOf(schematic: NodeSchematic | null): readonly string[] | null {
  if (schematic === null || schematic.content === null) return null;
  return schematic.content.customization?.systemExtensions?.officialExtensions ?? [];
}
