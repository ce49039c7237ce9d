/** What stands against new values in a file. What is there already was sealed before, and is no worse than it was. */
import type { Problem } from '../problem.ts';
import { selectsOf } from './sops/encryption.ts';
import { losses } from './guards/losses.ts';
import type { Entry, Value } from './tree/tree.ts';
import { mapLeaves } from './tree/walk.ts';
import type { Wanted } from './wanted.ts';

/**
 * @param wanted with its tree as it was before it was settled: that makes new entries of the old ones
 * @returns one problem for each new text that sops would lose (`sops-loses-value`), or that would stay readable (`secret-left-in-clear`)
 */
export function faultsOfAdded({ path, tree, rule }: Wanted, added: ReadonlySet<Entry | Value>): readonly Problem[] {
  const at = (node: Entry | Value) => (added.has(node) ? { file: path, path: 'new' } : { file: path });
  const lost = losses({ tree, at }, rule.indent).flatMap(({ path: isNew, ...problem }) => (isNew ? [problem] : []));
  return [...lost, ...leftInClear({ path, tree, rule }, added)];
}

function leftInClear({ path, tree, rule }: Wanted, added: ReadonlySet<Entry | Value>): readonly Problem[] {
  const selects = selectsOf(rule.selector);
  const problems: Problem[] = [];
  mapLeaves(tree, (leaf, place) => {
    if (leaf.kind !== 'comment' && added.has(leaf) && !selects(place, false)) {
      const { kind, text } = rule.selector;
      problems.push(readable(path, place.keys.join('.'), `${kind}: ${text}`));
    }
    return leaf;
  });
  return problems;
}

function readable(path: string, name: string, rule: string): Problem {
  const message = `${path}: ${name} would stay readable by the rule of .sops.yaml (${rule})`;
  const hint = 'take another name, or mend the rule: secrets are never written in clear';
  return { code: 'secret-left-in-clear', severity: 'error', message, hint, file: path };
}
