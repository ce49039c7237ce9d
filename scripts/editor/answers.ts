/** What an editor asks about a place in a file, and the answers as the Language Server Protocol has them. */
import {
  CodeActionKind,
  type CodeAction,
  type CompletionItem,
  type Hover,
  type Location,
  type Position,
  type Range,
} from 'vscode-languageserver';
import { completions } from './completion.ts';
import { definitions } from './definition.ts';
import { shownIn, type Addresses } from './diagnostics.ts';
import { fixes } from './fixes.ts';
import { hoverText } from './hover.ts';
import { isInputName, type EditorInput, type InputName } from './input.ts';
import { outline, spotAt, type Spot } from './outline.ts';
import type { Project } from './project.ts';

/** A file of a project that is there. */
export interface Asked {
  readonly project: Project;
  readonly input: EditorInput;
}

/** Null where the project has no such file. */
export function asked(project: Project | null, name: InputName): Asked | null {
  const input = project?.inputs[name] ?? null;
  return project === null || input === null ? null : { project, input };
}

export function hoverAt({ project, input }: Asked, position: Position): Hover | null {
  const spot = spotOf(input, position);
  const text = spot && hoverText(project.meaning, input.name, spot.path);
  return spot && text ? { contents: { kind: 'markdown', value: text }, range: input.span(spot.start, spot.end) } : null;
}

/** Nothing while there are errors: nothing is decided then. */
export function definitionsAt({ project, input }: Asked, position: Position, uri: Addresses['uri']): Location[] {
  const spot = spotOf(input, position);
  if (spot === null || project.meaning === null) return [];
  return definitions(project.meaning, input.name, spot.path).flatMap((place) => {
    const target = isInputName(place.file) ? project.inputs[place.file] : null;
    return target === null ? [] : [{ uri: uri(target.name), range: target.range(place) }];
  });
}

/** The quick fixes of all problems that touch a range. */
export function actionsIn({ project, input }: Asked, range: Range, addresses: Addresses): CodeAction[] {
  const [start, end] = [input.offset(range.start), input.offset(range.end)];
  const touched = shownIn(input.name, project, addresses).filter(({ diagnostic: { range: at } }) => {
    return input.offset(at.start) <= end && input.offset(at.end) >= start;
  });
  return touched.flatMap(({ problem, diagnostic }) =>
    fixes(problem, input).map(({ title, edits, preferred }) => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: preferred,
      edit: { changes: { [addresses.uri(input.name)]: [...edits] } },
    })),
  );
}

export function completionsAt({ input }: Asked, position: Position): CompletionItem[] {
  const offset = input.offset(position);
  return [...completions(input.name, input.text.slice(0, offset), input.text.slice(offset))];
}

function spotOf(input: EditorInput, position: Position): Spot | null {
  return spotAt(outline(input.text), input.offset(position));
}
