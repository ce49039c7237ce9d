/**
 * Statements of a template → functions that append text. While the text is compiled it is read by the grammar of the
 * file's language, so that each output knows where it stands and is escaped for exactly that place.
 */
import type { Checked } from '../problem.ts';
import { complain, guarded, type Compilation, type Scope } from './compilation.ts';
import { compileCondition, compileExpression } from './expressions.ts';
import { TemplateFault, templateProblem } from './fault.ts';
import type { Piece } from './pieces.ts';
import { Raw, samePlace, stricterPlace, Unprintable, type Grammar, type Printable } from './grammar.ts';
import { compileItems, loopNames, loopState } from './loops.ts';
import { joined } from './literal-text.ts';
import type { SyntaxNode } from './syntax.ts';
import { printable } from './values.ts';

/** A partial as `include` finds it. */
export interface Partial {
  readonly file: string;
  readonly tree: Checked<SyntaxNode>;
}

export interface StatementContext extends Compilation {
  readonly grammar: Grammar<unknown>;
  readonly inLoop: boolean;
  /** The partial of that name as seen from `file`, or null. */
  readonly partial: (name: string, file: string) => Partial | null;
  /** Files that are being included, outermost first. */
  readonly including: readonly string[];
}

type Run = (scope: Scope, out: Piece[]) => void;

/** What a piece of template became: how to run it, where the text stands behind it, and which names are known there. */
interface Compiled {
  readonly run: Run;
  readonly place: unknown;
  readonly names: ReadonlySet<string>;
}

const NOTHING: Run = () => {};

/** Compiles a whole file; it must end where a file may end. */
export function compileFile(tree: SyntaxNode, at: StatementContext): Run {
  return compileBlock(nodesOf(tree), at, at.grammar.start).run;
}

const nodesOf = (node: SyntaxNode | null): readonly SyntaxNode[] =>
  node === null ? [] : node.typename === 'If' ? [node] : (node['children'] as readonly SyntaxNode[]);

function compileBlock(nodes: readonly SyntaxNode[], at: StatementContext, start: unknown): Compiled {
  const runs: Run[] = [];
  let place = start;
  let names = at.names;
  for (const node of joined(nodes)) {
    const compiled = compileStatement(node, { ...at, names }, place);
    runs.push(compiled.run);
    ({ place, names } = compiled);
  }
  return { run: (scope, out) => runs.forEach((run) => run(scope, out)), place, names };
}

type CompileStatement = (node: SyntaxNode, at: StatementContext, place: unknown) => Compiled;

/** Everything that a template may hold. What is not here (macros, inheritance, imports, async loops …) is refused. */
const STATEMENTS: Readonly<Record<string, CompileStatement>> = {
  Output: compileOutput,
  If: compileIf,
  For: compileFor,
  Set: compileSet,
  Include: compileInclude,
};

function compileStatement(node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const compile = STATEMENTS[node.typename];
  return compile
    ? compile(node, at, place)
    : refuse(
        node,
        at,
        place,
        `${node.typename.toLowerCase()} is not supported in templates`,
        'there are: if, for, set, include',
      );
}

function refuse(node: SyntaxNode, at: StatementContext, place: unknown, message: string, hint?: string): Compiled {
  complain(at, node, 'template-construct', message, hint);
  return { run: NOTHING, place, names: at.names };
}

function compileOutput(node: SyntaxNode, at: StatementContext, start: unknown): Compiled {
  const runs: Run[] = [];
  let place = start;
  for (const child of node['children'] as readonly SyntaxNode[]) {
    const compiled =
      child.typename === 'TemplateData' ? compileText(child, at, place) : compileValue(node, child, at, place);
    runs.push(compiled.run);
    place = compiled.place;
  }
  return { run: (scope, out) => runs.forEach((run) => run(scope, out)), place, names: at.names };
}

function compileText(node: SyntaxNode, at: StatementContext, before: unknown): Compiled {
  const text = String(node['value']);
  const place = at.grammar.read(before, text);
  const broken = at.grammar.broken(place);
  if (broken && !at.grammar.broken(before)) complain(at, node, 'template-place', broken.refused, broken.hint);
  const piece = { text, file: at.file, line: node.lineno + 1, literal: true };
  return { run: (_, out) => out.push(piece), place, names: at.names };
}

function compileValue(output: SyntaxNode, node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const value = compileExpression(node, at);
  const slot = at.grammar.slot(place);
  if ('refused' in slot) {
    complain(at, output, 'template-place', slot.refused, slot.hint);
    return { run: NOTHING, place, names: at.names };
  }
  const from = { file: at.file, line: output.lineno + 1, literal: false };
  return {
    run: (scope, out) => out.push({ ...from, text: print(value(scope), slot.print, output, at) }),
    place: slot.after,
    names: at.names,
  };
}

function print(value: unknown, write: (value: Printable) => string, node: SyntaxNode, at: StatementContext): string {
  const clear = guarded(at, node, () => printable(value));
  if (clear instanceof Raw) return clear.text;
  try {
    return write(clear);
  } catch (error) {
    if (!(error instanceof Unprintable)) throw error;
    throw new TemplateFault(templateProblem(at.file, node, 'value-unprintable', error.message, error.hint));
  }
}

/** Both ways through an `if` must end at the same place: the text behind it is escaped for one place only. */
function compileIf(node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const condition = compileCondition(node['cond'] as SyntaxNode, at);
  const then = compileBlock(nodesOf(node['body'] as SyntaxNode), at, place);
  const otherwise = compileBlock(nodesOf(node['else_'] as SyntaxNode | null), at, place);
  if (!samePlace(then.place, otherwise.place)) {
    complain(
      at,
      node,
      'template-place',
      'the ways through this `if` end in different places (one inside quotes, braces or a comment)',
      'open and close them within each branch',
    );
  }
  return {
    run: (scope, out) => (condition(scope) ? then : otherwise).run(scope, out),
    place: stricterPlace(then.place, otherwise.place),
    names: new Set([...then.names, ...otherwise.names]),
  };
}

function compileFor(node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const source = node['arr'] as SyntaxNode;
  if (source.typename === 'InlineIf') {
    return refuse(
      node,
      at,
      place,
      '`for … if …` is not supported: nunjucks would render nothing',
      'put an `if` inside the loop',
    );
  }
  const names = loopNames(node);
  if (names.length > 2) return refuse(node, at, place, 'a loop has one name for a list or two for a mapping');
  const items = compileItems(source, names, at);
  const body = compileBlock(
    nodesOf(node['body'] as SyntaxNode),
    { ...at, inLoop: true, names: new Set([...at.names, ...names, 'loop']) },
    place,
  );
  const empty = compileBlock(nodesOf(node['else_'] as SyntaxNode | null), at, place);
  if (!samePlace(body.place, place) || !samePlace(empty.place, place)) {
    complain(
      at,
      node,
      'template-place',
      'a round of this loop ends in another place than it began (inside quotes, braces or a comment)',
      'open and close them within the loop',
    );
  }
  const run: Run = (scope, out) => {
    const rounds = items(scope);
    if (rounds.length === 0) empty.run(scope, out);
    rounds.forEach((round, index) =>
      body.run(Object.assign(Object.create(scope) as Scope, round, { loop: loopState(index, rounds.length) }), out),
    );
  };
  return { run, place: stricterPlace(body.place, place), names: at.names };
}

function compileSet(node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const targets = node['targets'] as readonly SyntaxNode[];
  const [target] = targets;
  if (node['value'] === null || !target || targets.length > 1)
    return refuse(node, at, place, 'only `set name = value` is supported');
  if (at.inLoop)
    return refuse(
      node,
      at,
      place,
      '`set` in a loop is not supported: in nunjucks it leaks out of the loop',
      'compute the value in the model',
    );
  const name = String(target['value']);
  if (Object.hasOwn(at.constants, name))
    return refuse(node, at, place, `${name} is a name of the model and cannot be set`);
  const value = compileExpression(node['value'] as SyntaxNode, at);
  return { run: (scope) => void (scope[name] = value(scope)), place, names: new Set([...at.names, name]) };
}

/** A partial is compiled where it is included, so its outputs are escaped for that very place. */
function compileInclude(node: SyntaxNode, at: StatementContext, place: unknown): Compiled {
  const name = node['template'] as SyntaxNode;
  if (name.typename !== 'Literal' || typeof name['value'] !== 'string')
    return refuse(node, at, place, 'include takes a file name in quotes');
  const partial = at.partial(name['value'], at.file);
  const failed = (message: string, hint?: string): Compiled => {
    complain(at, node, 'template-include', message, hint);
    return { run: NOTHING, place, names: at.names };
  };
  if (!partial)
    return failed(
      `there is no partial ${name['value']}`,
      'partials start with _ and lie beside the template that includes them',
    );
  if (at.including.includes(partial.file)) return failed(`${name['value']} includes itself`);
  if (!partial.tree.ok) {
    at.problems.push(...partial.tree.problems);
    return { run: NOTHING, place, names: at.names };
  }
  const inner = compileBlock(
    nodesOf(partial.tree.value),
    { ...at, file: partial.file, including: [...at.including, partial.file] },
    place,
  );
  // What a partial sets is its own.
  return { ...inner, run: (scope, out) => inner.run(Object.create(scope) as Scope, out), names: at.names };
}
