/** An input file as an editor holds it: text, saved or not, and where our places are in it. */
import { TextDocument, type Range } from 'vscode-languageserver-textdocument';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import type { InputKind } from '../config/key-schema.ts';
import type { SourceFile } from '../types.ts';

/** The files that an editor asks about; every other one is none of our business. */
export type InputName = typeof CLUSTER_FILE | typeof NODES_FILE;
export const INPUT_NAMES: readonly InputName[] = [CLUSTER_FILE, NODES_FILE];
export const INPUT_KINDS: Readonly<Record<InputName, InputKind>> = { [CLUSTER_FILE]: 'cluster', [NODES_FILE]: 'nodes' };

export function isInputName(name: string): name is InputName {
  return (INPUT_NAMES as readonly string[]).includes(name);
}

export interface EditorInput {
  readonly name: InputName;
  readonly text: string;
  /** The range of a place; places outside the text become its nearest end. */
  readonly range: (place: Place) => Range;
  readonly offset: (position: Range['start']) => number;
  /** The range between two offsets. */
  readonly span: (start: number, end: number) => Range;
}

/** A position as problems have it: lines and columns from 1, each of which may be missing. */
export interface Place {
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** What is no UTF-8 is shown as an editor shows it; `validate` has refused it by then. */
export function editorInput(name: InputName, { bytes }: SourceFile): EditorInput {
  const text = new TextDecoder().decode(bytes);
  const document = TextDocument.create('', 'yaml', 0, text);
  const starts = lineStarts(text);
  const span = (start: number, end: number): Range => ({
    start: document.positionAt(start),
    end: document.positionAt(end),
  });
  const at = (line: number, column: number): number => (starts[line - 1] ?? text.length) + column - 1;
  return {
    name,
    text,
    span,
    offset: (position) => document.offsetAt(position),
    range({ line = 1, column = 1, endLine = line, endColumn = column }) {
      return span(at(line, column), at(endLine, endColumn));
    },
  };
}

/**
 * Our lines end at a line feed. The protocol's end at a lone carriage return too: so every place goes through its offset.
 */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
