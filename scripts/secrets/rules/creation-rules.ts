/** All creation rules of a `.sops.yaml`, for commands that speak of the rules themselves. */
import { checked, refused, type Checked } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { merged } from './merge.ts';
import { badRegex } from '../sops/metadata.ts';
import { recipientsOf, wrongForm } from './recipients.ts';
import { compileRegex } from '../sops/selector.ts';
import { valueOf, valuesOf, type Value } from '../tree/tree.ts';
import { readYaml, type Reading } from '../yaml/read.ts';

export interface CreationRule {
  /** Its place in the file, from 1. */
  readonly number: number;
  /** Its `path_regex`, empty where it has none. */
  readonly path: string;
  readonly matches: (path: string) => boolean;
  /** Who opens what it seals; problems where only sops can seal by it. */
  readonly recipients: Checked<readonly string[]>;
}

/** In the order of the file. @returns problems: not YAML, no rules, a rule or a `path_regex` that is none */
export function creationRules(config: SourceFile): Checked<readonly CreationRule[]> {
  const reading = readYaml(config);
  if (!reading.ok) return reading;
  const [document = { kind: 'mapping', items: [] } as const] = reading.value.tree;
  const written = valueOf(document, 'creation_rules');
  if (written?.kind !== 'list') return refused(wrongForm('creation_rules', { file: config.path }));
  const rules = valuesOf(written).map((rule, index) => readRule(rule, index + 1, reading.value));
  const problems = rules.flatMap((rule) => rule.problems);
  return checked(
    rules.flatMap((rule) => (rule.ok ? [rule.value] : [])),
    problems,
  );
}

function readRule(written: Value, number: number, { at }: Reading): Checked<CreationRule> {
  if (written.kind !== 'mapping') return refused(wrongForm('a creation rule', at(written)));
  const rule = merged(written);
  const pattern = valueOf(rule, 'path_regex');
  const path = pattern?.kind === 'str' ? pattern.text : '';
  if (pattern !== null && pattern.kind !== 'str' && pattern.kind !== 'null') {
    return refused(wrongForm('path_regex', at(pattern)));
  }
  const matches = compileRegex(path);
  if (matches === null) return refused(badRegex({ kind: 'path_regex', text: path }, at(written)));
  return checked({ number, path, matches, recipients: recipientsOf(rule, at) });
}

/** The rule that sops takes for a path: the first that matches. */
export function ruleOf(path: string, rules: readonly CreationRule[]): CreationRule | null {
  return rules.find(({ matches }) => matches(path)) ?? null;
}
