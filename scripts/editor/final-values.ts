/** What became of a key of an input file: its values in the model, with their sources. */
import { hasValueAt, type KeyPath } from '../config/path.ts';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import { explanations, type Explanation } from '../explain/explanation.ts';
import type { Meaning } from '../explain/leaves.ts';
import type { InputName } from './input.ts';
import { describedKey } from './key-words.ts';

/** The values at and below a key; none where the model has nothing of it, such as a key of another tool. */
export function finalValues(meaning: Meaning, file: InputName, path: KeyPath): readonly Explanation[] {
  const inModel = file === CLUSTER_FILE ? ['cluster', ...path] : path;
  return hasValueAt(meaning.derived.model, inModel) ? explanations(meaning, inModel) : [];
}

/** True for `nodes[0].name` of nodes.yaml: it stands for the node as a whole. */
export function isNodeName(file: InputName, [list, index, key, ...more]: KeyPath): boolean {
  return file === NODES_FILE && list === 'nodes' && typeof index === 'number' && key === 'name' && more.length === 0;
}

/** What a node does not say itself, and is set all the same. */
export function filledIn(meaning: Meaning, index: number): readonly Explanation[] {
  const { properties = {} } = describedKey(NODES_FILE, ['nodes', 0]) ?? {};
  const all = Object.keys(properties).flatMap((key) => finalValues(meaning, NODES_FILE, ['nodes', index, key]));
  return all.filter(
    ({ value, source }) => value !== null && !(source.from === 'written' && source.file === NODES_FILE),
  );
}
