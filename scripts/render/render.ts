/**
 * Model × templates → artifacts, in memory.
 * Takes the model and every template; gives the files of the project in clear; refuses with the template's line.
 */
import { posix } from 'node:path';
import type { Secret } from '../config/secret.ts';
import { checked, hasErrors, refused, type Checked, type Problem } from '../problem.ts';
import type { Artifact, Language, Model, Template, TemplateLine } from '../types.ts';
import type { Scope } from './compilation.ts';
import { TemplateFault } from './fault.ts';
import { withHeader } from './header.ts';
import { EXTENSIONS, GRAMMARS, languageOf } from './languages/index.ts';
import { linesOf, textOf, type Piece } from './pieces.ts';
import { compileFile, type Partial } from './statements.ts';
import { parseTemplate, type SyntaxNode } from './syntax.ts';

/** The one suffix of templates; a file without it is copied. */
const SUFFIX = '.njk';
const PER_NODE = '[node]';

/** Renders every template for everything it counts for. Findings of all templates come at once. */
export function render(model: Model, templates: readonly Template[]): Checked<readonly Artifact[]> {
  const partials = readPartials(templates);
  const results = templates
    .filter((template) => !isPartial(template))
    .map((template) => renderTemplate(template, model, partials));
  const problems = unique(results.flatMap((result) => result.problems));
  if (hasErrors(problems)) return refused(...problems);
  return checked(
    results.flatMap((result) => (result.ok ? result.value : [])),
    problems,
  );
}

type Partials = ReadonlyMap<string, Partial>;

const isPartial = (template: Template): boolean => posix.basename(template.target).startsWith('_');

/** Whether a file may hold secrets, and is sealed before it is written, is a matter of its name. */
export const isSealedPath = (path: string): boolean => /[^/]\.sops\.ya?ml$/.test(path);

function readPartials(templates: readonly Template[]): Partials {
  const partials = templates.filter(isPartial);
  return new Map(partials.map((template) => [template.path, { file: template.path, tree: parse(template) }]));
}

function parse(template: Template): ReturnType<typeof parseTemplate> {
  const text = decode(template.bytes);
  if (text === null)
    return refused({
      code: 'template-syntax',
      severity: 'error',
      file: template.path,
      line: 1,
      message: 'the template is not UTF-8 text',
    });
  return parseTemplate(template.path, text);
}

const STRICT = new TextDecoder('utf-8', { fatal: true });
const UTF8 = new TextEncoder();

function decode(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return null;
  }
}

function renderTemplate(template: Template, model: Model, partials: Partials): Checked<readonly Artifact[]> {
  const uses = usesOf(template, model);
  if (!template.target.endsWith(SUFFIX))
    return checked(uses.flatMap((use) => use.files.map((file) => artifact(template, file.path))));
  const language = languageOf(withoutSuffix(template.target));
  if (language === null) return refused(unknownLanguage(template));
  const tree = parse(template);
  if (!tree.ok) return tree;
  const source: Source = { template, language, tree: tree.value, partials, problems: [] };
  const artifacts = uses.flatMap((use) => renderUse(use, source));
  return hasErrors(source.problems) ? refused(...source.problems) : checked(artifacts, source.problems);
}

/** A template that parsed, and where what is found in it goes. */
interface Source {
  readonly template: Template;
  readonly language: Language;
  readonly tree: SyntaxNode;
  readonly partials: Partials;
  readonly problems: Problem[];
}

type Run = ReturnType<typeof compileFile>;

/** Compiled once, however many nodes it is run for. */
function compileUse(use: Use, { template, language, tree, partials, problems }: Source, revealed: Set<Secret>): Run {
  return compileFile(tree, {
    file: template.path,
    sealed: isSealedPath(withoutSuffix(template.target)),
    names: new Set([...Object.keys(use.constants), ...Object.keys(use.files[0]?.own ?? {})]),
    constants: use.constants,
    revealed,
    problems,
    grammar: GRAMMARS[language],
    inLoop: false,
    partial: (name, file) => partials.get(posix.join(posix.dirname(file), name)) ?? null,
    including: [template.path],
  });
}

function renderUse(use: Use, source: Source): readonly Artifact[] {
  const { template, language, problems } = source;
  const revealed = new Set<Secret>();
  const run = compileUse(use, source, revealed);
  if (hasErrors(problems)) return [];
  return use.files.flatMap((file) => {
    const pieces = runTemplate(run, { ...use.constants, ...file.own }, problems);
    const text = textOf(pieces);
    if (text.trim() === '') return [];
    const made = artifact(template, file.path);
    const body = made.secret ? text : withHeader(language, template.path, text);
    const lines = movedBy(text, body, linesOf(pieces));
    return [{ ...made, language, bytes: UTF8.encode(body), lines, secrets: [...revealed] }];
  });
}

/** A header moves the lines behind it. */
function movedBy(text: string, body: string, lines: readonly TemplateLine[]): readonly (TemplateLine | null)[] {
  const moved = body.split('\n').length - text.split('\n').length;
  return moved < 0 ? lines.slice(-moved) : [...Array.from({ length: moved }, () => null), ...lines];
}

function unknownLanguage(template: Template): Problem {
  const hint = `known are ${EXTENSIONS.join(', ')}; without .njk the file is copied as it is`;
  return {
    code: 'template-language',
    severity: 'error',
    file: template.path,
    message: `nigari cannot escape values for ${posix.basename(template.target)}`,
    hint,
  };
}

/** A template as it counts once: what it sees, and the files that it makes of it. */
interface Use {
  /** Names whose values are the same in all of these files. */
  readonly constants: Scope;
  readonly files: readonly { readonly path: string; readonly own: Scope }[];
}

/** Once per project, instance, or instance of the kind; a name with `[node]` once per node of each. */
function usesOf(template: Template, model: Model): readonly Use[] {
  const shared = { cluster: model.cluster, nodes: model.nodes, talos: model.talos };
  if (template.scope === 'project') return [use(template, '', { ...shared, instances: model.instances })];
  const instances = model.instances.filter((instance) => template.kind === null || instance.kind === template.kind);
  return instances.map((instance) => use(template, instance.directory, { ...shared, instance }));
}

function use(template: Template, directory: string, constants: Scope & Pick<Model, 'nodes'>): Use {
  const path = posix.join(directory, withoutSuffix(template.target));
  if (!path.includes(PER_NODE)) return { constants, files: [{ path, own: {} }] };
  return {
    constants,
    files: constants.nodes.map((node) => ({ path: path.replaceAll(PER_NODE, node.name), own: { node } })),
  };
}

const withoutSuffix = (path: string): string => (path.endsWith(SUFFIX) ? path.slice(0, -SUFFIX.length) : path);

function artifact(template: Template, path: string): Artifact {
  const { bytes, executable, builtIn } = template;
  return { path, template: template.path, language: null, bytes, secret: isSealedPath(path), executable, builtIn };
}

/** @returns nothing when it failed */
function runTemplate(run: Run, scope: Scope, problems: Problem[]): readonly Piece[] {
  const out: Piece[] = [];
  try {
    run(scope, out);
    return out;
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    problems.push(error.problem);
    return [];
  }
}

/** The same finding once, although a template was compiled for several nodes or instances. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
