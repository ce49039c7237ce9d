/** A line of a generated file → the values that it shows, and those that decide that it is there. */
import { isContainer } from '../config/mapping.ts';
import { valueAt, type KeyPath } from '../config/path.ts';
import type { Printable } from '../render/grammar.ts';
import { hclLiteral } from '../render/languages/hcl.ts';
import type { Artifact, Model } from '../types.ts';
import { assignments, type Assignment } from './assignments.ts';
import { madeBy } from './made-by.ts';
import { instanceIndex, type Output, type OutputLine } from './output.ts';

/**
 * Says what is known of one line. A value is only named when the line shows that very value, so that a template of the
 * user's own is never misread.
 * @param line from 1, within the file
 * @param column from 1: chooses among several values of the line, and the item of a list; null for all
 */
export function outputLine(output: Output, model: Model, line: number, column: number | null): OutputLine {
  const made = madeBy(output, model, line, column);
  const assigned = output.artifact.path.endsWith('.tfvars') ? assignedPath(output, model, line, column) : null;
  return assigned === null ? made : { ...made, values: [{ as: 'value', path: assigned }] };
}

/** `name = value` in a `.tfvars`: the model has that value under that name. */
function assignedPath({ artifact, text }: Output, model: Model, line: number, column: number | null): KeyPath | null {
  const assignment = assignments(text.slice(0, line)).at(-1);
  if (!assignment) return null;
  const path = inModel(artifact, model, assignment.path);
  const value = path && valueAt(model, path);
  if (!path || value === undefined || !says(assignment.literal, value)) return null;
  return column === null ? path : [...path, ...itemAt(assignment, value, column)];
}

/** A variable is named after a key of the cluster or the instance, or is the list of nodes. */
function inModel(artifact: Artifact, model: Model, path: KeyPath): KeyPath | null {
  const [name] = path;
  if (name === 'nodes') return path;
  const index = instanceIndex(artifact, model);
  const instance = model.instances[index];
  if (instance && Object.hasOwn(instance, String(name))) return ['instances', index, ...path];
  return Object.hasOwn(model.cluster, String(name)) ? ['cluster', ...path] : null;
}

/** A comment may follow. The line that opens a list or object stands for all that is in it. */
function says(literal: string | null, value: unknown): boolean {
  if (literal === null) return isContainer(value);
  const expected = hclLiteral(value as Printable).normalize('NFC');
  const found = literal.normalize('NFC');
  return found.startsWith(expected) && /^,?\s*((#|\/\/).*)?$/.test(found.slice(expected.length));
}

/** The item of a list, written on one line, that the column is in. */
function itemAt({ literal, column }: Assignment, value: unknown, at: number): KeyPath {
  if (literal === null || !Array.isArray(value)) return [];
  let start = column + '['.length;
  for (const [index, item] of value.entries()) {
    const end = start + hclLiteral(item as Printable).length;
    if (at >= start && at < end) return [index];
    start = end + ', '.length;
  }
  return [];
}
