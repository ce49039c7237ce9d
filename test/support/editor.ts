/** Projects as an editor holds them, and what its user does with them. */
import { TextDocument, type Range, type TextEdit } from 'vscode-languageserver-textdocument';
import type { InputName } from '../../scripts/editor/input.ts';
import { readProject, type Project } from '../../scripts/editor/project.ts';
import { inputs } from './input.ts';

export type Texts = Readonly<Record<InputName, string>>;

export function projectOf(texts: Texts): Project {
  return readProject(inputs(texts['cluster.yaml'], texts['nodes.yaml']));
}

/** The text after these edits, as an editor makes them. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create('', 'yaml', 0, text), [...edits]);
}

/** What a range of a text holds. */
export function textIn(text: string, range: Range): string {
  return TextDocument.create('', 'yaml', 0, text).getText(range);
}

/** A text with one `|` where the cursor is. */
export function cursor(marked: string): {
  readonly text: string;
  readonly offset: number;
  readonly position: Range['start'];
} {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { text, offset, position: TextDocument.create('', 'yaml', 0, text).positionAt(offset) };
}
