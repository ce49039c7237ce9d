/** Tags, as in `!!str 123`: those of YAML's core schema are known, on values that they fit. */
import { isMap, isScalar, isSeq, type Node } from 'yaml';

const isOf =
  (...types: readonly string[]) =>
  (node: Node): boolean =>
    isScalar(node) && types.includes(node.value === null ? 'null' : typeof node.value);

/** By tag; `!` alone says "take it as the text that it is". */
const FITS: ReadonlyMap<string, (node: Node) => boolean> = new Map([
  ['!', isOf('string')],
  ['tag:yaml.org,2002:str', isOf('string')],
  ['tag:yaml.org,2002:int', isOf('number')],
  ['tag:yaml.org,2002:float', isOf('number')],
  ['tag:yaml.org,2002:bool', isOf('boolean')],
  ['tag:yaml.org,2002:null', isOf('null')],
  ['tag:yaml.org,2002:map', isMap],
  ['tag:yaml.org,2002:seq', isSeq],
]);

/** The parser takes a value under any other tag as if the tag were not there, with no more than a warning. */
export function fitsTag(node: Node): boolean {
  const { tag } = node as { tag?: string };
  return tag === undefined || (FITS.get(tag)?.(node) ?? false);
}
