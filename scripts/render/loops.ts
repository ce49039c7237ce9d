/** What a loop reads, and what each round of it sees. */
import { guarded, type Compilation, type Scope } from './compilation.ts';
import { compileExpression } from './expressions.ts';
import type { SyntaxNode } from './syntax.ts';
import { list, mapping } from './values.ts';

/** The names that a round of a loop sets. */
export function loopNames(node: SyntaxNode): readonly string[] {
  const name = node['name'] as SyntaxNode;
  const symbols = name.typename === 'Array' ? (name['children'] as readonly SyntaxNode[]) : [name];
  return symbols.map((symbol) => String(symbol['value']));
}

/** One name reads a list, two read a mapping: nunjucks would silently do nothing when they do not fit. */
export function compileItems(
  node: SyntaxNode,
  names: readonly string[],
  at: Compilation,
): (scope: Scope) => readonly Scope[] {
  const value = compileExpression(node, at);
  const [first = '', second] = names;
  if (second === undefined) {
    return (scope) =>
      guarded(at, node, () => list(value(scope), 'what this loop reads')).map((item) => ({ [first]: item }));
  }
  return (scope) =>
    Object.entries(guarded(at, node, () => mapping(value(scope), 'what this loop reads'))).map(([key, item]) => ({
      [first]: key,
      [second]: item,
    }));
}

/** What Jinja and nunjucks both offer; their `previtem`, `nextitem`, `changed` differ and are unknown names here. */
export function loopState(index: number, length: number): Scope {
  return {
    index: index + 1,
    index0: index,
    revindex: length - index,
    revindex0: length - index - 1,
    first: index === 0,
    last: index === length - 1,
    length,
  };
}
