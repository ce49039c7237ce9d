/** For whom, and by which rule, a file is sealed that two sides have changed. */
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import type { Metadata } from '../sops/metadata.ts';
import type { Rule } from '../rules/rules.ts';
import { changedAlone, eachVersion, mergeSets, type Versions } from './three-way.ts';
import type { Entry, Value } from '../tree/tree.ts';
import { emit } from '../yaml/emit.ts';

/** All but those that one side removed, and those that one side added. */
export function mergeRecipients(versions: Versions<Metadata | null>): readonly string[] {
  const recipients = eachVersion(versions, (metadata) => metadata?.blocks.map(({ recipient }) => recipient) ?? []);
  return mergeSets(recipients, (recipient) => recipient);
}

/**
 * The rule that the metadata of both sides amounts to.
 * @param versions of the metadata; null for a base that there is not
 * @param indent columns per level
 * @returns problems: `merge-rule` where each side encrypts other keys
 */
export function mergeRules(versions: Versions<Metadata | null>, indent: number, path: string): Checked<Rule> {
  const same = (one: Metadata | null, other: Metadata | null): boolean => selection(one) === selection(other);
  const metadata = changedAlone(versions, same);
  if (!metadata) return refused(rulesDiffer(path));
  const { selector, macOnlyEncrypted } = metadata;
  return checked({ recipients: mergeRecipients(versions), selector, macOnlyEncrypted, indent, shamirThreshold: 0 });
}

function selection(metadata: Metadata | null): string {
  return JSON.stringify([metadata?.selector.kind, metadata?.selector.text, metadata?.macOnlyEncrypted]);
}

function rulesDiffer(path: string): Problem {
  return {
    code: 'merge-rule',
    severity: 'error',
    message: `each side seals ${path} by another rule`,
    hint: `settle .sops.yaml first, then run \`nigari secrets merge ${path}\``,
    file: path,
  };
}

/** A `.sops.yaml` that says this of every file. */
export function sopsConfigOf({ recipients, selector, macOnlyEncrypted, indent }: Rule): SourceFile {
  const rule = mapping({
    age: text(recipients.join(',')),
    [selector.kind]: text(selector.text),
    mac_only_encrypted: { kind: 'bool', text: macOnlyEncrypted ? 'True' : 'False' },
  });
  const config = mapping({
    creation_rules: { kind: 'list', items: [rule] },
    stores: mapping({ yaml: mapping({ indent: { kind: 'int', text: String(indent) } }) }),
  });
  return { path: '.sops.yaml', bytes: Buffer.from(emit([config])) };
}

function mapping(values: Readonly<Record<string, Value>>) {
  const items = Object.entries(values).map(([key, value]): Entry => ({ kind: 'entry', key, value }));
  return { kind: 'mapping', items } as const;
}

const text = (content: string): Value => ({ kind: 'str', text: content });
