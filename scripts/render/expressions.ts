/**
 * Expressions of a template → functions of a scope. The syntax is nunjucks', the meaning is strict: an unknown name, a
 * missing member, a wrong type and every construct that nunjucks takes for something else than Jinja are errors at
 * their line. Nothing is looked up outside the scope and the tables of `filters.ts`, so a template cannot run code.
 */
import { isSecret, reveal } from '../config/secret.ts';
import { suggestion } from '../config/suggest.ts';
import { complain, guarded, NOTHING, type Compilation, type Evaluate, type Scope } from './compilation.ts';
import { TemplateFault, templateProblem } from './fault.ts';
import { ARGUMENTS, FILTERS, FUNCTIONS, TESTS } from './filters.ts';
import type { SyntaxNode } from './syntax.ts';
import { contains, equal, hasMembers, member, Misused, number, scalar, truth } from './values.ts';

type Compile = (node: SyntaxNode, at: Compilation) => Evaluate;

const child = (node: SyntaxNode, field: string): SyntaxNode => node[field] as SyntaxNode;
const children = (node: SyntaxNode): readonly SyntaxNode[] => node['children'] as readonly SyntaxNode[];

/** A name or literal of the syntax tree, as text. */
const textOf = (value: unknown): string => `${value as string | number | boolean | null}`;

/** Compiles any expression. Constructs that are not in the table are findings. */
export function compileExpression(node: SyntaxNode, at: Compilation): Evaluate {
  const compile = Object.hasOwn(EXPRESSIONS, node.typename) ? EXPRESSIONS[node.typename] : undefined;
  if (compile) return compile(node, at);
  const [message, hint] = REFUSED[node.typename] ?? [`${node.typename} is not supported in templates`];
  return complain(at, node, 'template-construct', message, hint);
}

/** Legal in nunjucks, but silently another thing than in Jinja, or arithmetic that belongs into the model. */
const REFUSED: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  Div: ['division is not supported in templates', 'results differ between template engines; compute it in the model'],
  FloorDiv: [
    'division is not supported in templates',
    'results differ between template engines; compute it in the model',
  ],
  Mod: ['% is not supported in templates', 'results for negative numbers differ between template engines'],
  Pow: ['** is not supported in templates', 'compute it in the model'],
  Capture: ['`filter` blocks are not supported', 'filter a value: `#{ name | upper }#`'],
  KeywordArgs: ['keyword arguments are not supported', 'filters take their arguments by position: `| indent(4)`'],
};

const EXPRESSIONS: Readonly<Record<string, Compile>> = {
  Literal: compileLiteral,
  Symbol: compileSymbol,
  LookupVal: compileLookup,
  Group: (node, at) =>
    children(node).length === 1
      ? compileExpression(children(node)[0]!, at)
      : complain(at, node, 'template-construct', 'tuples are not supported'),
  Array: (node, at) => {
    const items = children(node).map((item) => compileExpression(item, at));
    return (scope) => items.map((item) => item(scope));
  },
  Dict: compileDict,
  Filter: compileFilter,
  FunCall: compileCall,
  InlineIf: (node, at) => {
    const condition = compileCondition(child(node, 'cond'), at);
    const then = compileExpression(child(node, 'body'), at);
    if (node['else_'] === null) return complain(at, node, 'template-construct', 'an inline `if` needs an `else`');
    const otherwise = compileExpression(child(node, 'else_'), at);
    return (scope) => (condition(scope) ? then(scope) : otherwise(scope));
  },
  And: (node, at) => logical(node, at, (left, right) => (scope) => left(scope) && right(scope)),
  Or: (node, at) => logical(node, at, (left, right) => (scope) => left(scope) || right(scope)),
  Not: (node, at) => {
    const condition = compileCondition(child(node, 'target'), at);
    return (scope) => !condition(scope);
  },
  Compare: compileComparison,
  In: (node, at) => binary(node, at, (left, right) => contains(right, left)),
  Is: compileTest,
  Concat: (node, at) => binary(node, at, (left, right) => scalar(left) + scalar(right)),
  Add: (node, at) =>
    binary(
      node,
      at,
      (left, right) =>
        number(left, 'what is added (`~` joins texts)') + number(right, 'what is added (`~` joins texts)'),
    ),
  Sub: (node, at) => binary(node, at, (left, right) => number(left) - number(right)),
  Mul: (node, at) => binary(node, at, (left, right) => number(left) * number(right)),
  Neg: (node, at) => {
    const target = compileExpression(child(node, 'target'), at);
    return (scope) => guarded(at, node, () => -number(target(scope)));
  },
};

function compileLiteral(node: SyntaxNode, at: Compilation): Evaluate {
  const value = node['value'];
  if (typeof value === 'object' && value !== null) {
    return complain(at, node, 'template-construct', 'regular expressions are not supported in templates');
  }
  return () => value;
}

/** In a sealed artifact a secret is its text; elsewhere it stays marked and is refused wherever it would be used. */
function unmark(value: unknown, at: Compilation): unknown {
  if (!at.sealed || !isSecret(value)) return value;
  at.revealed.add(value);
  return reveal(value);
}

function compileSymbol(node: SyntaxNode, at: Compilation): Evaluate {
  const name = textOf(node['value']);
  if (!at.names.has(name)) {
    const near = suggestion(name, [...at.names]);
    return complain(
      at,
      node,
      'unknown-name',
      `unknown name: ${name}`,
      near === null ? `there are: ${[...at.names].join(', ')}` : `did you mean ${near}?`,
    );
  }
  return (scope) => {
    const value = scope[name];
    if (value === undefined)
      throw new TemplateFault(
        templateProblem(at.file, node, 'unknown-name', `${name} is not set on this way through the template`),
      );
    return unmark(value, at);
  };
}

function compileLookup(node: SyntaxNode, at: Compilation): Evaluate {
  const target = compileExpression(child(node, 'target'), at);
  const key = compileExpression(child(node, 'val'), at);
  const place = child(node, 'val');
  const called = place.typename === 'Literal' ? 'literal' : 'computed';
  checkConstant(node, at);
  return (scope) => guarded(at, place, () => unmark(member(target(scope), key(scope), called), at));
}

/** `cluster.typo` is found even where no run of the template comes by: the model is total, so its members are known. */
function checkConstant(node: SyntaxNode, at: Compilation): void {
  const target = constantValue(child(node, 'target'), at);
  const key = child(node, 'val');
  if (!hasMembers(target) || key.typename !== 'Literal' || Object.hasOwn(target, textOf(key['value']))) return;
  try {
    member(target, key['value'], 'literal');
  } catch (error) {
    if (error instanceof Misused) complain(at, key, error.code, error.message, error.hint);
  }
}

/** The value of `cluster` or `cluster.a.b`, when it is the same in every run; else undefined. */
function constantValue(node: SyntaxNode, at: Compilation): unknown {
  if (node.typename === 'Symbol')
    return Object.hasOwn(at.constants, textOf(node['value'])) ? at.constants[textOf(node['value'])] : undefined;
  if (node.typename !== 'LookupVal' || child(node, 'val').typename !== 'Literal') return undefined;
  const target = constantValue(child(node, 'target'), at);
  const key = textOf(child(node, 'val')['value']);
  return hasMembers(target) && Object.hasOwn(target, key) ? target[key] : undefined;
}

function compileDict(node: SyntaxNode, at: Compilation): Evaluate {
  const computed = children(node).find((pair) => !['Literal', 'Symbol'].includes(child(pair, 'key').typename));
  if (computed) return complain(at, computed, 'template-construct', 'a key of a mapping must be a name or a text');
  const pairs = children(node).map(
    (pair) => [textOf(child(pair, 'key')['value']), compileExpression(child(pair, 'value'), at)] as const,
  );
  return (scope) => Object.fromEntries(pairs.map(([key, value]) => [key, value(scope)]));
}

function compileFilter(node: SyntaxNode, at: Compilation): Evaluate {
  const name = textOf(child(node, 'name')['value']);
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  const args = children(child(node, 'args')).map((argument) => compileExpression(argument, at));
  if (!filter) {
    const near = suggestion(name, Object.keys(FILTERS));
    return complain(
      at,
      node,
      'unknown-filter',
      `unknown filter: ${name}`,
      near === null ? `there are: ${Object.keys(FILTERS).join(', ')}` : `did you mean ${near}?`,
    );
  }
  const [least, most] = ARGUMENTS[name] ?? [0, 0];
  if (args.length - 1 < least || args.length - 1 > most) {
    const wanted = least === most ? `${most}` : `${least} to ${most}`;
    return complain(at, node, 'template-construct', `${name} takes ${wanted} arguments, not ${args.length - 1}`);
  }
  if (name === 'raw')
    at.problems.push({
      ...templateProblem(at.file, node, 'template-construct', 'printed without escaping by `| raw`'),
      code: 'raw-used',
      severity: 'note',
    });
  const [value = NOTHING, ...rest] = args;
  return (scope) => guarded(at, node, () => filter(value(scope), ...rest.map((argument) => argument(scope))));
}

function compileCall(node: SyntaxNode, at: Compilation): Evaluate {
  const name = child(node, 'name');
  const called = name.typename === 'Symbol' ? textOf(name['value']) : null;
  const args = children(child(node, 'args')).map((argument) => compileExpression(argument, at));
  if (called === null || !Object.hasOwn(FUNCTIONS, called)) {
    return complain(
      at,
      node,
      'template-construct',
      called === null ? 'methods cannot be called' : `unknown function: ${called}`,
      'use a filter, e.g. `| upper`',
    );
  }
  return (scope) => guarded(at, node, () => FUNCTIONS[called]!(...args.map((argument) => argument(scope))));
}

/** Anything that decides: never a list or mapping, whose emptiness nunjucks does not see. */
export function compileCondition(node: SyntaxNode, at: Compilation): (scope: Scope) => boolean {
  const value = compileExpression(node, at);
  return (scope) => guarded(at, node, () => truth(value(scope)));
}

type Logic = (left: (scope: Scope) => boolean, right: (scope: Scope) => boolean) => Evaluate;

function logical(node: SyntaxNode, at: Compilation, combine: Logic): Evaluate {
  return combine(compileCondition(child(node, 'left'), at), compileCondition(child(node, 'right'), at));
}

function binary(node: SyntaxNode, at: Compilation, operate: (left: unknown, right: unknown) => unknown): Evaluate {
  const left = compileExpression(child(node, 'left'), at);
  const right = compileExpression(child(node, 'right'), at);
  return (scope) => guarded(at, node, () => operate(left(scope), right(scope)));
}

const COMPARISONS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': equal,
  '!=': (left, right) => !equal(left, right),
  '<': (left, right) => number(left) < number(right),
  '<=': (left, right) => number(left) <= number(right),
  '>': (left, right) => number(left) > number(right),
  '>=': (left, right) => number(left) >= number(right),
};

function compileComparison(node: SyntaxNode, at: Compilation): Evaluate {
  const ops = node['ops'] as readonly SyntaxNode[];
  const [op] = ops;
  if (!op || ops.length > 1)
    return complain(at, node, 'template-construct', 'comparisons cannot be chained', 'join them with `and`');
  const compare = COMPARISONS[textOf(op['type'])];
  if (!compare)
    return complain(
      at,
      op,
      'template-construct',
      `${textOf(op['type'])} is not supported`,
      'use == or !=, which never coerce here',
    );
  const left = compileExpression(child(node, 'expr'), at);
  const right = compileExpression(child(op, 'expr'), at);
  return (scope) => guarded(at, node, () => compare(left(scope), right(scope)));
}

function compileTest(node: SyntaxNode, at: Compilation): Evaluate {
  const right = child(node, 'right');
  const name = right['value'] === null ? 'none' : textOf(right['value']);
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (!test)
    return complain(
      at,
      right,
      'template-construct',
      `unknown test: is ${name}`,
      'there is: is none. Every name of the model is defined; null means not set',
    );
  const value = compileExpression(child(node, 'left'), at);
  return (scope) => test(value(scope));
}
