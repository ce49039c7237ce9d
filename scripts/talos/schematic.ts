/**
 * The id of an Image Factory schematic, worked out without asking the factory: SHA-256 of the schematic as the factory writes it.
 * Source: siderolabs/image-factory, `pkg/schematic` (the Go struct's field order, written by the Go YAML library).
 */
import { createHash } from 'node:crypto';
import type { SchematicYaml } from '../config/written.gen.ts';
import { isWrittenPlain, readsAsOther, whyUncertain } from './go-scalar.ts';

/** What the factory knows of a schematic, under its own names; `owner` is its enterprise edition's. */
export type Schematic = SchematicYaml;

/** A value that one version of the factory writes otherwise than another, or that this program cannot write as it does. */
export interface Uncertain {
  /** Where it is in the schematic: `['customization', 'extraKernelArgs', 0]`. */
  readonly path: readonly (string | number)[];
  /** As the end of a sentence: "it has more than one line". */
  readonly why: string;
}

/** @returns the id, 64 hexadecimal digits; or what keeps it from being certain */
export function schematicId(
  schematic: Schematic,
): { readonly id: string } | { readonly uncertain: readonly Uncertain[] } {
  const written = canonicalYaml(schematic);
  if ('uncertain' in written) return written;
  return { id: createHash('sha256').update(written.yaml).digest('hex') };
}

/** The bytes that the id is made of, for `POST /schematics` too. Lists keep their order: see `normalSchematic`. */
export function canonicalYaml(
  schematic: Schematic,
): { readonly yaml: string } | { readonly uncertain: readonly Uncertain[] } {
  const uncertain: Uncertain[] = [];
  const value = ordered(SCHEMATIC, { customization: {}, ...schematic });
  const yaml = lines(value, [], uncertain).join('\n');
  return uncertain.length > 0 ? { uncertain } : { yaml: `${yaml}\n` };
}

/** The factory gives another id for another order of extensions, though the image is the same: one order for all of them. */
export function normalSchematic(schematic: Schematic): Schematic {
  const { customization } = schematic;
  const extensions = customization?.systemExtensions?.officialExtensions;
  if (extensions === undefined) return schematic;
  const officialExtensions = [...new Set(extensions)].toSorted();
  return { ...schematic, customization: { ...customization, systemExtensions: { officialExtensions } } };
}

/** Entries of a mapping, or items of a list; a leaf is a scalar, or what stands where the factory takes anything. */
type Tree =
  | { readonly entries: readonly (readonly [key: string, value: Tree])[] }
  | { readonly items: readonly Tree[] }
  | Leaf;
interface Leaf {
  readonly leaf: unknown;
}

/** Keys in the order of the Go structs, and what stands below each. `customization` is written even when nothing is in it. */
interface Shape {
  readonly [key: string]: Shape | null;
}
const SCHEMATIC: Shape = {
  overlay: { image: null, name: null, options: null },
  customization: {
    embeddedMachineConfiguration: null,
    extraKernelArgs: null,
    meta: { key: null, value: null },
    systemExtensions: { officialExtensions: null },
    bootloader: null,
    secureboot: { enrollKeys: null, includeWellKnownCertificates: null },
    diskImage: { sectorSize: null },
  },
};

/** Written even where they are empty: Go's `omitempty` is not on them. */
const ALWAYS: ReadonlySet<string> = new Set(['customization', 'key', 'value']);

function ordered(shape: Shape, value: object): Tree {
  const values = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(shape).flatMap(([key, below]): (readonly [string, Tree])[] => {
    const tree = treeOf(below, values[key]);
    return tree === null || (isEmpty(tree) && !ALWAYS.has(key)) ? [] : [[key, tree]];
  });
  return { entries };
}

function treeOf(shape: Shape | null, value: unknown): Tree | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return { items: value.map((item: unknown) => treeOf(shape, item) ?? { leaf: '' }) };
  if (typeof value !== 'object') return { leaf: value };
  return shape === null ? optionsOf(value) : ordered(shape, value);
}

/** The one mapping with keys of the user's: Go writes them sorted, and leaves none of them out. */
function optionsOf(options: object): Tree {
  const sorted = Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { entries: sorted.map(([key, leaf]) => [key, { leaf }]) };
}

function isEmpty(tree: Tree): boolean {
  if ('leaf' in tree) return tree.leaf === '' || tree.leaf === 0 || tree.leaf === false;
  return ('items' in tree ? tree.items : tree.entries).length === 0;
}

type Path = Uncertain['path'];

/** Four columns a level; an item of a list begins at its dash, two columns before its mapping. */
function lines(tree: Tree, path: Path, uncertain: Uncertain[]): readonly string[] {
  if ('leaf' in tree) return [scalar(tree.leaf, path, uncertain)];
  if ('items' in tree) return tree.items.flatMap((item, index) => itemLines(item, [...path, index], uncertain));
  return tree.entries.flatMap(([key, value]) => entryLines(key, value, [...path, key], uncertain));
}

function entryLines(key: string, value: Tree, path: Path, uncertain: Uncertain[]): readonly string[] {
  // What is not a plain word Go sorts by rules of its own.
  if (!/^[A-Za-z]{1,64}$/.test(key)) uncertain.push({ path, why: 'its name is more than letters' });
  const name = scalar(key, path, uncertain);
  const below = lines(value, path, uncertain);
  if ('leaf' in value) return [`${name}: ${below[0] ?? ''}`];
  return below.length === 0 ? [`${name}: {}`] : [`${name}:`, ...below.map((line) => `    ${line}`)];
}

function itemLines(item: Tree, path: Path, uncertain: Uncertain[]): readonly string[] {
  return lines(item, path, uncertain).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}

function scalar(value: unknown, path: Path, uncertain: Uncertain[]): string {
  const why = typeof value === 'string' ? whyUncertain(value) : whyNoScalar(value);
  if (why !== null) uncertain.push({ path, why });
  if (typeof value !== 'string') return String(value);
  if (readsAsOther(value)) return `"${value}"`;
  return isWrittenPlain(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

function whyNoScalar(value: unknown): string | null {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return null;
  return 'it is neither a text, a whole number, true nor false';
}
