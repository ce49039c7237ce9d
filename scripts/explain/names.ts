/** What a person types → a path of the model. */
import { isContainer } from '../config/mapping.ts';
import { formatPath, quoted, type KeyPath } from '../config/path.ts';
import { suggestion } from '../config/suggest.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { someOf } from '../report/some-of.ts';
import type { Model } from '../types.ts';
import { nameOf } from './explanation.ts';
import { isNode } from './leaves.ts';

/**
 * Finds what a name stands for: a key of cluster.yaml (`node_cidr`, `proxmox_vm_advanced.cpu_type`), a node by name or
 * index and a key of it (`nodes.cp-1.vm_memory`, `nodes[0].memory`), or a path as templates write it
 * (`cluster.node_cidr`, `instances[0].backend.address`). The empty text is everything.
 * @returns the path, with a note where a short name stands for a key; or `unknown-name` with what was likely meant
 */
export function findName(text: string, model: Model): Checked<KeyPath> {
  const steps = readSteps(text);
  if (steps === null) return refused(unreadable(text));
  const [first] = steps;
  const inCluster = typeof first === 'string' && !Object.hasOwn(model, first);
  let found: Found = { path: [], value: model };
  const notes: Problem[] = [];
  for (const step of inCluster ? ['cluster', ...steps] : steps) {
    const next = child(found, step);
    if (next === null) return refused(unknown(text, model, found, step));
    if (next.short) notes.push(shortName(model, found.path, step, next.path));
    found = next;
  }
  return checked(found.path, notes);
}

interface Found {
  readonly path: KeyPath;
  readonly value: unknown;
  /** True when the step that led here was short for the key. */
  readonly short?: boolean;
}

/** `a.b[0]["c d"]` → `['a', 'b', 0, 'c d']`; null when it is none. */
function readSteps(text: string): KeyPath | null {
  const step = /(?:^|(?<=.)\.)([^.[\]\s"]+)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  const steps: (string | number)[] = [];
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return null;
    const [, name, index, key] = match;
    const read = key === undefined ? (name ?? Number(index)) : unquoted(key);
    if (read === null) return null;
    steps.push(read);
  }
  return steps;
}

function unquoted(key: string): string | null {
  try {
    return String(JSON.parse(key));
  } catch {
    return null;
  }
}

function child({ path, value }: Found, step: string | number): Found | null {
  if (!isContainer(value)) return null;
  const at = (key: string | number): Found | null =>
    Object.hasOwn(value, key) ? { path: [...path, key], value: Reflect.get(value, key) } : null;
  if (Array.isArray(value)) return at(itemIndex(path, value, step));
  const exact = at(step);
  if (exact !== null || !isNode(path)) return exact;
  const long = at(`vm_${step}`);
  return long && { ...long, short: true };
}

/** A node's name comes before an index of the same digits; -1 when there is no such item. */
function itemIndex(path: KeyPath, items: readonly unknown[], step: string | number): number {
  const byName = inNodes(path) && typeof step === 'string' ? nodeNames(items).indexOf(step) : -1;
  if (byName >= 0) return byName;
  return /^[0-9]+$/.test(String(step)) ? Number(step) : -1;
}

/** True for the list of nodes, whose items have names. */
function inNodes(path: KeyPath): boolean {
  return path.length === 1 && path[0] === 'nodes';
}

function nodeNames(nodes: readonly unknown[]): readonly string[] {
  return (nodes as Model['nodes']).map(({ name }) => name);
}

function shortName(model: Model, at: KeyPath, step: string | number, path: KeyPath): Problem {
  const message = `${formatPath([step])} is short for ${nameOf(model, path)}`;
  return { code: 'short-name', severity: 'note', message, path: formatPath([...at, step]) };
}

function unreadable(text: string): Problem {
  const hint = 'write a key (node_cidr), a node and a key (nodes.cp-1.vm_memory), or a file and a line';
  return { code: 'unknown-name', severity: 'error', message: `${quoted(text)} is not the name of a value`, hint };
}

function unknown(text: string, model: Model, found: Found, step: string | number): Problem {
  const message = `there is no value called ${quoted(text)}`;
  return { code: 'unknown-name', severity: 'error', message, hint: hintFor(model, found, step) };
}

function hintFor(model: Model, { path, value }: Found, step: string | number): string {
  const inCluster = path.length === 1 && path[0] === 'cluster';
  const known = inCluster ? [...Object.keys(model.cluster), 'nodes', 'instances', 'talos'] : childNames(path, value);
  const fromNode = inCluster ? nodeHint(model, String(step)) : null;
  if (fromNode !== null) return fromNode;
  if (known.length === 0) return `${nameOf(model, path)} has no parts`;
  if (Array.isArray(value) && !inNodes(path)) return `it has ${value.length} items, which count from 0`;
  const near = typeof step === 'string' ? likeliest(step, [...known, ...shortNames(path, known)]) : null;
  if (near !== null) return `did you mean ${inCluster ? near : nameOfChild(model, path, near)}?`;
  return `there are ${someOf(known)}`;
}

/** The nearest name, or the only one that begins like this: `cpu` for `cpu_type`. */
function likeliest(step: string, known: readonly string[]): string | null {
  const [only, another] = known.filter((name) => name.startsWith(step));
  return suggestion(step, known) ?? (another === undefined ? (only ?? null) : null);
}

function childNames(path: KeyPath, value: unknown): readonly string[] {
  if (!isContainer(value)) return [];
  return inNodes(path) ? nodeNames(value as readonly unknown[]) : Object.keys(value);
}

function shortNames(path: KeyPath, keys: readonly string[]): readonly string[] {
  return isNode(path) ? keys.filter((key) => key.startsWith('vm_')).map((key) => key.slice('vm_'.length)) : [];
}

function nameOfChild(model: Model, path: KeyPath, name: string): string {
  return inNodes(path) ? formatPath(['nodes', name]) : nameOf(model, [...path, name]);
}

/** What a node is called, and what its keys are called, is looked for below `nodes`. */
function nodeHint({ nodes }: Model, step: string): string | null {
  const [node] = nodes;
  if (nodes.some(({ name }) => name === step)) return `did you mean ${formatPath(['nodes', step])}?`;
  const key = node && [step, `vm_${step}`].find((name) => Object.hasOwn(node, name));
  return key ? `it is a key of a node: ${formatPath(['nodes', node.name, key])}` : null;
}
