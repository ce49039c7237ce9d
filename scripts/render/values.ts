/** What a template may do with a value: strict where nunjucks is silent (`undefined`, NaN, empty lists, loose equality). */
import { isMapping, type Mapping } from '../config/mapping.ts';
import { isSecret } from '../config/secret.ts';
import { suggestion } from '../config/suggest.ts';
import { Indented, Raw, type Printable } from './grammar.ts';

/** Why a value cannot be used like this; the caller adds the template's line. */
export class Misused extends Error {
  override readonly name = 'Misused';
  readonly code: 'value-misused' | 'unknown-name' | 'secret-in-clear';
  readonly hint: string | undefined;

  constructor(
    message: string,
    hint?: string,
    code: 'value-misused' | 'unknown-name' | 'secret-in-clear' = 'value-misused',
  ) {
    super(message);
    this.hint = hint;
    this.code = code;
  }
}

/** A mapping of the model; not what a filter made of a text. */
export function hasMembers(value: unknown): value is Mapping {
  return isMapping(value) && !(value instanceof Raw || value instanceof Indented);
}

/** The field's word for what a value is, for messages. Never shows the value. */
function kindOf(value: unknown): string {
  if (value === null) return 'null (not set)';
  if (value === undefined) return 'nothing';
  if (isSecret(value)) return 'a secret';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Raw) return 'raw text';
  if (value instanceof Indented) return 'a string';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

const SEALED_ONLY = 'a secret may be printed only into a sealed (*.sops.yaml) file';

/** @throws Misused when the value is a secret, or holds one at any depth */
function assertClear(value: unknown): void {
  if (isSecret(value))
    throw new Misused(SEALED_ONLY, 'print it by itself, in a template named *.sops.yaml.njk', 'secret-in-clear');
  if (Array.isArray(value)) value.forEach(assertClear);
  else if (hasMembers(value)) Object.values(value).forEach(assertClear);
}

/** A value that can be written somewhere. @throws Misused for secrets and for what is no value */
export function printable(value: unknown): Printable | Raw {
  assertClear(value);
  return value as Printable | Raw;
}

/** How messages name a member: as the template says it, never by a computed value, which may be a secret's text. */
export type Called = 'literal' | 'computed';

const nameOf = (key: unknown, called: Called): string =>
  called === 'literal' ? JSON.stringify(key) : 'of a computed name';

/** `a.b` and `a["b"]`. @throws Misused for a name that is not there: the model says null for what is not set */
export function member(target: unknown, key: unknown, called: Called): unknown {
  assertClear(key);
  if (Array.isArray(target)) return element(target, key, called);
  if (!hasMembers(target)) {
    if (isSecret(target)) assertClear(target);
    throw new Misused(`${kindOf(target)} has no member ${nameOf(key, called)}`, 'test it with `if` first');
  }
  const name = text(key, 'a member name');
  if (Object.hasOwn(target, name)) return target[name];
  if (called === 'computed') throw new Misused('there is no member of that name', undefined, 'unknown-name');
  const near = suggestion(name, Object.keys(target));
  const hint = near === null ? `there are: ${Object.keys(target).join(', ')}` : `did you mean ${near}?`;
  throw new Misused(`unknown name: ${name}`, hint, 'unknown-name');
}

function element(items: readonly unknown[], key: unknown, called: Called): unknown {
  if (typeof key !== 'number') {
    throw new Misused(`a list has no member ${nameOf(key, called)}`, 'use a filter, e.g. `| length`', 'unknown-name');
  }
  if (Number.isInteger(key) && key >= 0 && key < items.length) return items[key];
  throw new Misused(`the list has ${items.length} items, and none of that number`);
}

/** What `if`, `and`, `or`, `not` see. A secret is true: that it is set is no secret. */
export function truth(value: unknown): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value) || hasMembers(value)) {
    throw new Misused(
      `${kindOf(value)} is no condition: even an empty one would count as true`,
      'write `x | length > 0`',
    );
  }
  if (value instanceof Raw || value instanceof Indented) return value.text !== '';
  return Boolean(value);
}

/** @throws Misused unless a string */
export function text(value: unknown, what = 'this'): string {
  assertClear(value);
  if (value instanceof Indented) return value.text;
  if (typeof value !== 'string') throw new Misused(`${what} must be a string, not ${kindOf(value)}`);
  return value;
}

/** @throws Misused unless a finite number */
export function number(value: unknown, what = 'this'): number {
  assertClear(value);
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Misused(`${what} must be a number, not ${kindOf(value)}`);
  return value;
}

/** @throws Misused unless a list */
export function list(value: unknown, what = 'this'): readonly unknown[] {
  if (isSecret(value)) assertClear(value);
  if (Array.isArray(value)) return value;
  const hint = hasMembers(value) ? 'a mapping is read with two names: `for key, value in …`' : undefined;
  throw new Misused(`${what} must be a list, not ${kindOf(value)}`, hint);
}

/** @throws Misused unless a mapping */
export function mapping(value: unknown, what = 'this'): Mapping {
  if (isSecret(value)) assertClear(value);
  if (hasMembers(value)) return value;
  const hint = Array.isArray(value) ? 'a list is read with one name: `for item in …`' : undefined;
  throw new Misused(`${what} must be a mapping, not ${kindOf(value)}`, hint);
}

/** The text of a string, number or boolean, as `~` and `join` put it into other text. */
export function scalar(value: unknown): string {
  assertClear(value);
  if (value instanceof Indented) return value.text;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Misused(`${kindOf(value)} cannot be part of a text`, 'test it with `if`, or give it a `| default(…)`');
}

/** Equality without coercion: values of two kinds are a mistake in the template, not "different". Null compares with all. */
export function equal(left: unknown, right: unknown): boolean {
  assertClear(left);
  assertClear(right);
  if (left === null || right === null) return left === right;
  if (typeof left === 'object' || typeof left !== typeof right) {
    throw new Misused(
      `${kindOf(left)} is compared with ${kindOf(right)}`,
      'compare strings with strings, numbers with numbers',
    );
  }
  return left === right;
}

/** `needle in haystack` for lists, mappings (their keys) and strings (a part of them). */
export function contains(haystack: unknown, needle: unknown): boolean {
  assertClear(needle);
  if (Array.isArray(haystack)) return haystack.some((item) => item === needle);
  if (hasMembers(haystack)) return Object.hasOwn(haystack, text(needle, 'a member name'));
  return text(haystack, 'what stands right of `in`').includes(text(needle, 'what stands left of `in`'));
}
