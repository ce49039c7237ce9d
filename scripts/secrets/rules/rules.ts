/** `.sops.yaml`: for whom a file is sealed and what of it is encrypted. `nigari init` writes it once, then it is the user's. */
import { posix } from 'node:path';
import { checked, hasErrors, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { INDENT } from '../yaml/emit.ts';
import { badRegex } from '../sops/metadata.ts';
import { readYaml, type Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';
import { merged } from './merge.ts';
import { FOREIGN_KEYS, recipientsIn, recipientsOf, wrongForm } from './recipients.ts';
import { compileRegex, compileSelector, DEFAULT_SELECTOR, SELECTORS, type Selector } from '../sops/selector.ts';
import { entriesOf, valueOf, valuesOf, type Mapping, type Value } from '../tree/tree.ts';

export { recipientsIn } from './recipients.ts';

/** What `.sops.yaml` says of one file. */
export interface Rule {
  /** In the order of the file, without repeats; at least one. */
  readonly recipients: readonly string[];
  readonly selector: Selector;
  readonly macOnlyEncrypted: boolean;
  /** Columns per level (`stores.yaml.indent`). */
  readonly indent: number;
  /** 0 where none is named; sops copies it into a new file. */
  readonly shamirThreshold: number;
}

/**
 * The first creation rule whose `path_regex` matches, as sops chooses it.
 * @param path of the file to seal, relative to the project
 * @param recipients for the rule to paste when none matches
 * @returns problems: no config, no rule, nobody to seal for, what RE2 cannot compile, and all that only sops can do
 */
export function ruleFor(path: string, config: SourceFile | null, recipients: readonly string[]): Checked<Rule> {
  if (config === null) return refused(noConfig(path));
  const reading = readConfig(config);
  if (!reading.ok) return reading;
  const { tree, at } = reading.value;
  const [document = { kind: 'mapping', items: [] } as const] = tree;
  const rules = valueOf(document, 'creation_rules');
  const chosen = chooseRule(relativeTo(config.path, path), rules?.kind === 'list' ? valuesOf(rules) : [], at);
  if (!chosen.ok) return chosen;
  if (chosen.value !== null) return readRule(chosen.value, document, at);
  return refused(noRule(path, config.path, [...recipientsIn(config), ...recipients]));
}

/** Read once, for however many files it is asked about. */
const READINGS = new WeakMap<SourceFile, Checked<Reading>>();

function readConfig(config: SourceFile): Checked<Reading> {
  const reading = READINGS.get(config) ?? readYaml(config);
  READINGS.set(config, reading);
  return reading;
}

function noConfig(path: string): Problem {
  return {
    code: 'no-sops-config',
    severity: 'error',
    message: `there is no .sops.yaml that says for whom ${path} is to be sealed`,
    hint: 'run `nigari init`: it makes the rule, or says what it must hold',
  };
}

function noRule(path: string, config: string, recipients: readonly string[]): Problem {
  const pattern = `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  const age = [...new Set(recipients)].join(',') || 'age1…';
  return {
    code: 'no-creation-rule',
    severity: 'error',
    message: `no creation rule in ${config} matches ${path}`,
    hint: `add below creation_rules:\n  - path_regex: ${pattern}\n    mac_only_encrypted: true\n    age: ${age}`,
    file: config,
  };
}

/** sops matches the path relative to the folder of its config; a file outside keeps its whole path. */
function relativeTo(config: string, path: string): string {
  const folder = posix.dirname(config);
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/** A rule without `path_regex` matches every file. */
function chooseRule(path: string, rules: readonly Value[], at: Reading['at']): Checked<Mapping | null> {
  for (const written of rules) {
    if (written.kind !== 'mapping') return refused(wrongForm('a creation rule', at(written)));
    const rule = merged(written);
    const pattern = textIn(rule, 'path_regex', at);
    if (!pattern.ok) return pattern;
    const matches = compileRegex(pattern.value);
    if (matches === null) {
      return refused(badRegex({ kind: 'path_regex', text: pattern.value }, atKey(rule, 'path_regex', at)));
    }
    if (matches(path)) return checked(rule);
  }
  return checked(null);
}

function readRule(rule: Mapping, config: Mapping, at: Reading['at']): Checked<Rule> {
  const selector = selectorOf(rule, at);
  const macOnly = flagOf(rule, 'mac_only_encrypted', at);
  const recipients = recipientsOf(rule, at);
  const indent = indentOf(config, at);
  const threshold = numberIn(rule, 'shamir_threshold', at);
  const parts = [selector, macOnly, recipients, indent, threshold];
  const problems = parts.flatMap((part) => part.problems).concat(unknownKeys(rule, at));
  if (!selector.ok || !macOnly.ok || !recipients.ok || !indent.ok || !threshold.ok || hasErrors(problems)) {
    return { ok: false, problems };
  }
  const value: Rule = {
    recipients: recipients.value,
    selector: selector.value,
    macOnlyEncrypted: macOnly.value,
    indent: indent.value,
    shamirThreshold: threshold.value,
  };
  return checked(value, problems);
}

/** Number of a key, 0 when it is not there; sops takes nothing below that. */
function numberIn(mapping: Mapping, key: string, at: Reading['at']): Checked<number> {
  const value = valueOf(mapping, key);
  if (value === null || value.kind === 'null') return checked(0);
  const number = value.kind === 'int' ? Number(value.text) : -1;
  return number >= 0 ? checked(number) : refused(wrongForm(key, at(value)));
}

/** Text of a key, empty when it is not there. */
function textIn(mapping: Mapping, key: string, at: Reading['at']): Checked<string> {
  const value = valueOf(mapping, key);
  if (value === null || value.kind === 'null') return checked('');
  return value.kind === 'str' ? checked(value.text) : refused(wrongForm(key, at(value)));
}

function flagOf(mapping: Mapping, key: string, at: Reading['at']): Checked<boolean> {
  const value = valueOf(mapping, key);
  if (value === null || value.kind === 'null') return checked(false);
  return value.kind === 'bool' ? checked(value.text === 'True') : refused(wrongForm(key, at(value)));
}

function selectorOf(rule: Mapping, at: Reading['at']): Checked<Selector> {
  const texts = SELECTORS.map((kind) => ({ kind, text: textIn(rule, kind, at) }));
  const problems = texts.flatMap(({ text }) => text.problems);
  if (problems.length > 0) return { ok: false, problems };
  const set = texts.flatMap(({ kind, text }) => (text.ok && text.value !== '' ? [{ kind, text: text.value }] : []));
  const [selector = DEFAULT_SELECTOR, second] = set;
  if (second !== undefined) return refused(twoSelectors(selector.kind, second.kind, atKey(rule, second.kind, at)));
  if (compileSelector(selector) === null) return refused(badRegex(selector, atKey(rule, selector.kind, at)));
  return checked(selector);
}

function twoSelectors(one: string, other: string, at: At): Problem {
  const message = `a rule may have ${one} or ${other}, not both`;
  return { code: 'two-selectors', severity: 'error', message, hint: 'remove one of them', ...at };
}

function atKey(mapping: Mapping, key: string, at: Reading['at']): At {
  return at(entriesOf(mapping).find((entry) => entry.key === key) ?? mapping);
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'path_regex',
  'age',
  'key_groups',
  'mac_only_encrypted',
  'shamir_threshold',
  'aws_profile',
  ...SELECTORS,
  ...FOREIGN_KEYS,
]);

/** A selector with a slip in its name would leave everything to the default. */
function unknownKeys(rule: Mapping, at: Reading['at']): readonly Problem[] {
  const unknown = entriesOf(rule).filter(({ key }) => !KNOWN_KEYS.has(key));
  return unknown.map((entry) => ({
    code: 'unknown-rule-key',
    severity: 'warning',
    message: `sops knows no key ${entry.key} in a creation rule and passes over it`,
    hint: 'mend its spelling, or remove it',
    ...at(entry),
  }));
}

/** go-yaml takes 2 for what it cannot use. */
function indentOf(config: Mapping, at: Reading['at']): Checked<number> {
  const stores = valueOf(config, 'stores');
  const yaml = stores?.kind === 'mapping' ? valueOf(stores, 'yaml') : null;
  const columns = yaml?.kind === 'mapping' ? numberIn(yaml, 'indent', at) : checked(0);
  if (!columns.ok || columns.value === 0) return columns.ok ? checked(INDENT) : columns;
  return checked(columns.value >= 2 && columns.value <= 9 ? columns.value : 2);
}

/** The `.sops.yaml` that `nigari init` writes. */
export function newSopsConfig(recipient: string): string {
  return `# Who can open the sealed files of this project, and which files are sealed. nigari and sops obey it.
creation_rules:
  # The first rule that matches counts. This one: every *.sops.yaml.
  - path_regex: \\.sops\\.ya?ml$
    # What stays readable may be edited by hand.
    mac_only_encrypted: true
    # Public keys, separated by commas. Each of them opens every file.
    age: ${recipient}
`;
}
