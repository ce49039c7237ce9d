/** Which values of the model the template's line put into a line of output. */
import { hasValueAt, valueAt, type KeyPath } from '../config/path.ts';
import { isSecret } from '../config/secret.ts';
import type { Printable } from '../render/grammar.ts';
import { hclLiteral } from '../render/languages/hcl.ts';
import type { Artifact, Model, TemplateLine } from '../types.ts';
import { instanceIndex, type Output, type OutputLine } from './output.ts';
import { isName, namesIn, templateLines, type Block, type PrintingLine } from './template-lines.ts';

/**
 * Says what the renderer remembers of a line: the template's line, and from that the values. Of a loop it is known which
 * round a line is from where each round wrote one, or where one value alone is the one that stands there.
 * @param column chooses the value that it is in; null for all
 */
export function madeBy(output: Output, model: Model, number: number, column: number | null): OutputLine {
  const made = templateLine(output.artifact, number);
  const ownVariables = variables(output.artifact, model, output.text[number - 1] ?? '');
  const line = made && printingLine(output, made);
  if (!line) return { made, values: ownVariables };
  const question = { output, model, line, number, column };
  const values = [
    ...printedPaths(question).map((path) => ({ as: 'value' as const, path })),
    ...line.within.flatMap((block) => conditions(question, block)),
    ...ownVariables,
  ];
  return { made, values };
}

/** A file that is copied has the lines of its template. */
function templateLine({ lines, language, template }: Artifact, number: number): TemplateLine | null {
  return language === null ? { file: template, line: number } : (lines?.[number - 1] ?? null);
}

/** Null for a line of a template that prints nothing by itself, and for one that is copied. */
function printingLine({ artifact, templates }: Output, made: TemplateLine): PrintingLine | null {
  const template = templates.find(({ path }) => path === made.file);
  if (artifact.language === null || template === undefined) return null;
  const lines = templateLines(new TextDecoder().decode(template.bytes));
  return lines.find(({ number }) => number === made.line) ?? null;
}

interface Question {
  readonly output: Output;
  readonly model: Model;
  readonly line: PrintingLine;
  readonly number: number;
  readonly column: number | null;
}

/** The values that stand in the line; none where what stands there is not what the template's line prints alone. */
function printedPaths(question: Question): readonly KeyPath[] {
  const { output, line, number, column } = question;
  const match = line.pattern.exec(output.text[number - 1] ?? '');
  if (match === null) return [];
  const slots = line.prints.map((expression, index) => {
    const [start, end] = match.indices?.[index + 1] ?? [0, 0];
    const here = column !== null && column > start && column <= end;
    return { here, paths: slotPaths(question, expression, match[index + 1] ?? '') };
  });
  const chosen = slots.filter(({ here }) => here);
  return (chosen.length > 0 ? chosen : slots).flatMap(({ paths }) => paths);
}

/** A name alone is compared with what stands there; an expression is only known to be made from its names. */
function slotPaths(question: Question, expression: string, text: string): readonly KeyPath[] {
  const possible = namesIn(expression).map((name) => pathsOf(question, name));
  if (!isName(expression)) return possible.flatMap((paths) => (paths.length === 1 ? paths : []));
  const { artifact } = question.output;
  const shown = (path: KeyPath): boolean => artifact.secret || shows(text, valueAt(question.model, path));
  const paths = possible.flat();
  const ofThisRound = paths.length === linesAlike(question).length ? paths[round(question)] : undefined;
  if (ofThisRound !== undefined) return shown(ofThisRound) ? [ofThisRound] : [];
  const fitting = paths.filter(shown);
  return fitting.length === 1 ? fitting : [];
}

/** The lines that the same line of the template wrote, and which of them this one is. */
function linesAlike({ output: { artifact }, number }: Question): readonly number[] {
  const made = templateLine(artifact, number);
  return (artifact.lines ?? []).flatMap((line, index) =>
    line?.file === made?.file && line?.line === made?.line ? [index + 1] : [],
  );
}

function round(question: Question): number {
  return linesAlike(question).indexOf(question.number);
}

/** A value in a literal of its own, or as a part of other text. A secret is in sealed files only. */
function shows(text: string, value: unknown): boolean {
  if (isSecret(value)) return false;
  const literal = hclLiteral(value as Printable);
  const plain = typeof value === 'string' ? [value, literal.slice(1, -1)] : [];
  return [literal, JSON.stringify(value), ...plain].includes(text.replace(/,$/, ''));
}

/** Where a template's name leads in the model: to one path, or in a loop to one for each round. */
function pathsOf(
  { output, model, line }: Pick<Question, 'output' | 'model' | 'line'>,
  name: string,
): readonly KeyPath[] {
  const [root = '', ...members] = name.split('.');
  const loop = line.within.findLast((block) => block.kind === 'for' && block.name === root);
  const roots = loop?.kind === 'for' ? itemsOf(output, model, loop.list) : rootsOf(output, model, root);
  return roots.map((path) => [...path, ...members]).filter((path) => hasValueAt(model, path));
}

function itemsOf(output: Output, model: Model, list: string): readonly KeyPath[] {
  const [root = '', ...members] = list.split('.');
  return rootsOf(output, model, root).flatMap((path) => {
    const items = valueAt(model, [...path, ...members]);
    return Array.isArray(items) ? items.map((_, index) => [...path, ...members, index]) : [];
  });
}

/** What a template sees: `node` only where its name has `[node]`, once per node. */
function rootsOf({ artifact, templates }: Output, model: Model, name: string): readonly KeyPath[] {
  if (name === 'instance') return [['instances', instanceIndex(artifact, model)]];
  if (name !== 'node') return Object.hasOwn(model, name) ? [[name]] : [];
  const template = templates.find(({ path }) => path === artifact.template);
  const target = template?.target.replace(/\.njk$/, '') ?? '';
  if (!target.includes('[node]')) return [];
  const path = `/${artifact.path}`;
  const index = model.nodes.findIndex((node) => path.endsWith(`/${target.replaceAll('[node]', node.name)}`));
  return index < 0 ? [] : [['nodes', index]];
}

function conditions(question: Question, block: Block): OutputLine['values'] {
  if (block.kind !== 'if') return [];
  const paths = namesIn(block.condition).map((name) => pathsOf(question, name));
  return paths.flatMap((found) => (found.length === 1 ? found.map((path) => ({ as: 'condition', path })) : []));
}

/** `var.cluster_name` in a `.tf`: its value is in terraform.tfvars, under that name. */
function variables(artifact: Artifact, model: Model, text: string): OutputLine['values'] {
  if (!/\.(tf|tofu)$/.test(artifact.path)) return [];
  const names = [...text.matchAll(/(?<![\w.])var\.(\w+(?:\.\w+)*)/g)].map(([, name = '']) => name.split('.'));
  const paths = names.map((steps) => ['cluster', ...steps]).filter((path) => hasValueAt(model, path));
  return paths.map((path) => ({ as: 'variable', path }));
}
