/** Who can open a file: the age recipients of a creation rule, by its `age` or by its one group of keys. */
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { recipientFault } from '../age/age.ts';
import { merged } from './merge.ts';
import { readYaml, type Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';
import { entriesOf, isScalar, valueOf, valuesOf, type Mapping, type Value } from '../tree/tree.ts';
import { mapLeaves } from '../tree/walk.ts';

/** Keys of a rule or a group for kinds of keys that only sops has. */
export const FOREIGN_KEYS: ReadonlySet<string> = new Set(
  'pgp kms gcp_kms hckms azure_keyvault hc_vault_transit_uri hc_vault'.split(' '),
);

/** The recipients of a rule in its order, without repeats, at least one; problems for whatever is not an age key. */
export function recipientsOf(rule: Mapping, at: Reading['at']): Checked<readonly string[]> {
  const groups = valueOf(rule, 'key_groups');
  const found = groups === null || isNothing(groups) ? ofGroup(rule, at) : ofOnlyGroup(groups, at);
  if (!found.ok) return found;
  return found.value.length === 0 ? refused(noRecipient(at(rule))) : checked([...new Set(found.value)]);
}

function ofOnlyGroup(groups: Value, at: Reading['at']): Checked<readonly string[]> {
  const [group, second] = groups.kind === 'list' ? valuesOf(groups) : [];
  if (group?.kind !== 'mapping') return refused(wrongForm('key_groups', at(groups)));
  return second === undefined
    ? ofGroup(merged(group), at)
    : refused(needsSops('several key_groups (Shamir)', at(second)));
}

/** A group and those that it merges, which come first, as in sops. A rule without groups is one itself. */
function ofGroup(group: Mapping, at: Reading['at']): Checked<readonly string[]> {
  const merge = valueOf(group, 'merge');
  const inner = (merge?.kind === 'list' ? valuesOf(merge) : []).filter((part) => part.kind === 'mapping');
  const parts = [...inner.map((part) => ofGroup(merged(part), at)), ageOf(group, at)];
  const recipients = parts.flatMap((part) => (part.ok ? part.value : []));
  return checked(recipients, [...foreignKeys(group, at), ...parts.flatMap(({ problems }) => problems)]);
}

function foreignKeys(group: Mapping, at: Reading['at']): readonly Problem[] {
  const foreign = entriesOf(group).filter(({ key, value }) => FOREIGN_KEYS.has(key) && !isNothing(value));
  return foreign.map((entry) => needsSops(`keys of kind ${entry.key}`, at(entry)));
}

function isNothing(value: Value): boolean {
  return isScalar(value) ? value.text === '' : value.items.length === 0;
}

/** `age:` as a text with commas, or since sops 3.11 as a list. */
function ageOf(group: Mapping, at: Reading['at']): Checked<readonly string[]> {
  const value = valueOf(group, 'age');
  if (value === null || isNothing(value)) return checked([]);
  const parts = value.kind === 'list' ? valuesOf(value) : [value];
  const names = parts.flatMap((part) => (part.kind === 'str' ? split(part.text) : []));
  const problems = parts.flatMap((part): readonly Problem[] => {
    if (part.kind !== 'str') return [wrongForm('age', at(part))];
    return split(part.text).flatMap((name) => faultOf(name, at(part)));
  });
  return checked(names, problems);
}

function split(text: string): readonly string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

/** A text that is not public by its form is not shown. */
function faultOf(name: string, at: At): readonly Problem[] {
  const fault = recipientFault(name);
  if (fault === null) return [];
  const shown = !/^(age1|ssh-)/.test(name) ? 'this' : name.length > 70 ? `${name.slice(0, 66)}…` : name;
  const hint = 'a recipient is the public key that age-keygen prints: age1…';
  return [{ code: 'bad-recipient', severity: 'error', message: `${shown} ${fault}`, hint, ...at }];
}

function noRecipient(at: At): Problem {
  return {
    code: 'no-recipient',
    severity: 'error',
    message: 'this rule names no age recipient: nobody could open what it seals',
    hint: 'run `nigari init` for a key of your own, then write its public key here as `age: age1…`',
    ...at,
  };
}

/** What nigari leaves to sops itself. */
export function needsSops(what: string, at: At): Problem {
  return {
    code: 'needs-sops',
    severity: 'error',
    message: `nigari seals for age keys only; ${what} need sops itself`,
    hint: 'use age recipients here, or seal this file with sops',
    ...at,
  };
}

/** A part of `.sops.yaml` that sops could not use. */
export function wrongForm(what: string, at: At): Problem {
  const message = `${what} has not the form that sops wants`;
  return { code: 'bad-sops-config', severity: 'error', message, hint: 'see https://getsops.io/docs/', ...at };
}

/** Every age recipient that a file names, of `.sops.yaml` or of a sealed file; none when it cannot be read. */
export function recipientsIn(file: SourceFile): readonly string[] {
  const reading = readYaml(file);
  const names = new Set<string>();
  if (!reading.ok) return [];
  mapLeaves(reading.value.tree, (leaf) => {
    if (leaf.kind === 'str') for (const name of split(leaf.text)) if (recipientFault(name) === null) names.add(name);
    return leaf;
  });
  return [...names];
}
