/** Where the final value of what is under the cursor is decided. */
import type { KeyPath } from '../config/path.ts';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import { writtenAt, type Source } from '../explain/explanation.ts';
import type { Meaning } from '../explain/leaves.ts';
import type { InputPath, Position } from '../types.ts';
import { filledIn, finalValues, isNodeName } from './final-values.ts';
import type { InputName } from './input.ts';

/**
 * A value that is written decides itself: from it the way leads to what it overrides, nearest first, or to itself.
 * From a node's name it leads to all in cluster.yaml that fills in what the node does not say; from its address to the
 * network, from `controller` to the sizes of its role.
 * @returns places, none twice; empty for what is no value of ours, and for what is built in
 */
export function definitions(meaning: Meaning, file: InputName, path: KeyPath): readonly Position[] {
  const places = written(meaning, file, path);
  return [...new Map(places.map((place) => [`${place.file}:${place.line}:${place.column}`, place])).values()];
}

function written(meaning: Meaning, file: InputName, path: KeyPath): readonly Position[] {
  const [, index, key] = path;
  if (isNodeName(file, path)) return sourcesOf(filledIn(meaning, Number(index)).map(({ source }) => source));
  if (file === NODES_FILE && key === 'address') return places(meaning, 'node_cidr');
  if (file === NODES_FILE && key === 'controller') return sizes(meaning, Number(index));
  const values = finalValues(meaning, file, path);
  const overridden = sourcesOf(values.flatMap(({ overrode }) => overrode));
  return overridden.length > 0 ? overridden : sourcesOf(values.map(({ source }) => source));
}

/** Where these were written; of what was computed, where that was which it was computed from, in cluster.yaml. */
function sourcesOf(sources: readonly Source[]): readonly Position[] {
  return sources.flatMap((source) => {
    if (source.from === 'built-in') return [];
    if (source.from === 'computed')
      return sourcesOf(source.of.map((value) => value.source)).filter((place) => place.file === CLUSTER_FILE);
    const { file, line, column, endLine, endColumn } = source;
    if (line === undefined || column === undefined) return [];
    return [{ file, line, column, endLine: endLine ?? line, endColumn: endColumn ?? column }];
  });
}

function sizes(meaning: Meaning, index: number): readonly Position[] {
  const role = meaning.config.nodes[index]?.controller === true ? 'controller' : 'worker';
  return places(meaning, `proxmox_vm_${role}_defaults`, 'proxmox_vm_defaults');
}

/** Of those of these keys of cluster.yaml that are written. */
function places(meaning: Meaning, ...keys: readonly string[]): readonly Position[] {
  const paths = keys.map((key): InputPath => [CLUSTER_FILE, key]);
  return paths
    .filter((path) => writtenAt(meaning, path) !== undefined)
    .flatMap((path) => meaning.config.locate(path) ?? []);
}
