/**
 * Recipients in and out of a `.sops.yaml`, by splices of its text: every other byte stays. The form is the user's: a text
 * with commas on one line or several, a list in either style, aliases of either, groups of keys. What comes out is read
 * again, and counts only when it says what was wanted.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { utf8 } from '../utf8.ts';
import { creationRules, type CreationRule } from './creation-rules.ts';
import { addTo, removeFrom, type Splice } from './recipients-splice.ts';

/** Who is to come or go, in which rules. */
export interface RecipientChange {
  readonly kind: 'add' | 'remove';
  readonly recipient: string;
  /** Numbers of the rules. */
  readonly rules: ReadonlySet<number>;
}

/**
 * @returns the same file where the rules say it already; problems: as `creationRules`, `last-recipient`,
 *   `sops-config-not-editable` where the form of the file is not one that can be changed so
 */
export function editRecipients(config: SourceFile, change: RecipientChange): Checked<SourceFile> {
  const old = creationRules(config);
  if (!old.ok) return old;
  const wanted = old.value.map((rule) => wantedIn(rule, change));
  const emptied = old.value.find((_, index) => wanted[index]?.length === 0);
  if (emptied !== undefined) return refused(lastRecipient(config.path, emptied, change.recipient));
  const edited = { ...config, bytes: Buffer.from(spliced(config, old.value, change)) };
  return says(edited, old.value, wanted) ? checked(edited) : refused(notEditable(config.path, change));
}

/** The recipients that a rule is to have; null where it has none that we know. */
function wantedIn({ number, recipients }: CreationRule, change: RecipientChange): readonly string[] | null {
  if (!recipients.ok) return null;
  const { kind, recipient, rules } = change;
  if (!rules.has(number) || recipients.value.includes(recipient) === (kind === 'add')) return recipients.value;
  return kind === 'add' ? [...recipients.value, recipient] : recipients.value.filter((name) => name !== recipient);
}

function spliced({ bytes }: SourceFile, rules: readonly CreationRule[], change: RecipientChange): string {
  const text = utf8(bytes) ?? '';
  const document = parseDocument(text, { schema: 'failsafe', keepSourceTokens: true, uniqueKeys: false, merge: true });
  const touched = rules.filter(({ number, recipients }) => {
    const has = recipients.ok && recipients.value.includes(change.recipient);
    return change.rules.has(number) && has === (change.kind === 'remove');
  });
  const splices = touched.flatMap(({ number }) => splicesIn(document, text, number - 1, change));
  return apply(text, splices);
}

function splicesIn(document: Document, text: string, index: number, change: RecipientChange): readonly Splice[] {
  const resolve = (node: unknown): Node | null => resolved(node, document);
  const rules = resolve(document.get('creation_rules', true));
  const rule = isSeq(rules) ? resolve(rules.items[index]) : null;
  const lists = isMap(rule) ? agesOf(rule, resolve) : [];
  if (change.kind === 'remove') return lists.flatMap((list) => removeFrom(list, change.recipient, text, resolve));
  const last = lists.at(-1);
  return last === undefined ? [] : addTo(last, change.recipient, text, resolve);
}

type Resolve = (node: unknown) => Node | null;

function resolved(node: unknown, document: Document): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isScalar(node) || isSeq(node) || isMap(node) ? node : null;
}

/** The values of `age` that count for a rule, in the order in which sops joins them. */
function agesOf(rule: YAMLMap, resolve: Resolve): readonly Node[] {
  const groups = resolve(memberOf(rule, 'key_groups', resolve));
  const group = isSeq(groups) ? resolve(groups.items[0]) : null;
  return agesOfGroup(isMap(group) ? group : rule, resolve);
}

function agesOfGroup(group: YAMLMap, resolve: Resolve): readonly Node[] {
  const merge = resolve(memberOf(group, 'merge', resolve));
  const inner = isSeq(merge) ? merge.items.map(resolve).filter((item) => isMap(item)) : [];
  const own = resolve(memberOf(group, 'age', resolve));
  const isThere = own !== null && !(isScalar(own) && own.value === '');
  return [...inner.flatMap((part) => agesOfGroup(part, resolve)), ...(isThere ? [own] : [])];
}

/** The value of a key, of the mapping itself or of one that it merges by `<<`. */
function memberOf(map: YAMLMap, key: string, resolve: Resolve): unknown {
  const own = map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (own !== undefined) return own.value;
  for (const pair of map.items.filter(({ key: name }) => isScalar(name) && name.source === '<<')) {
    const value = resolve(pair.value);
    const sources = isSeq(value) ? value.items.map(resolve) : [value];
    for (const source of sources.filter((part) => isMap(part))) {
      const found = memberOf(source, key, resolve);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** From the end, so that the places of the others stay; what two rules share is changed once. */
function apply(text: string, splices: readonly Splice[]): string {
  const once = new Map(splices.map((splice) => [`${splice.start}-${splice.end}`, splice]));
  const fromEnd = [...once.values()].toSorted((one, other) => other.start - one.start);
  return fromEnd.reduce((all, { start, end, put }) => all.slice(0, start) + put + all.slice(end), text);
}

/** Whether every rule is as it was, but for those who open it, and they are whom it was to name. */
function says(
  edited: SourceFile,
  old: readonly CreationRule[],
  wanted: readonly (readonly string[] | null)[],
): boolean {
  const now = creationRules(edited);
  if (!now.ok || now.value.length !== old.length) return false;
  return now.value.every(({ path, recipients }, index) => {
    const names = recipients.ok ? recipients.value : null;
    return path === old[index]?.path && JSON.stringify(names) === JSON.stringify(wanted[index]);
  });
}

function lastRecipient(file: string, { number }: CreationRule, recipient: string): Problem {
  const message = `rule ${number} of ${file} names nobody but ${recipient}: without it nobody could open what it seals`;
  const hint = 'add another recipient first: `nigari secrets recipients add age1…`';
  return { code: 'last-recipient', severity: 'error', message, hint, file };
}

function notEditable(file: string, { kind, recipient }: RecipientChange): Problem {
  const message = `${file} is written in a form that nigari cannot change without changing more`;
  const hint = `${kind} ${recipient} there by hand, then run \`nigari secrets rotate\`: it seals every file for whom the rules name`;
  return { code: 'sops-config-not-editable', severity: 'error', message, hint, file };
}
