/** Changes, as people read them. */
import type { Change, ChangeKind } from '../types.ts';

const WORDS: Readonly<Record<Exclude<ChangeKind, 'keep'>, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'would delete',
};

/** One line per file that changes, in the order given; unchanged ones are only counted. */
export interface ChangeLine {
  readonly kind: Exclude<ChangeKind, 'keep'>;
  readonly text: string;
}

/** `created  infrastructure/tofu/main.tf`; the words stand in one column. */
export function changeLines(changes: readonly Change[]): readonly ChangeLine[] {
  const width = Math.max(0, ...changes.map(({ kind }) => (kind === 'keep' ? 0 : WORDS[kind].length)));
  return changes.flatMap(({ kind, path }) =>
    kind === 'keep' ? [] : [{ kind, text: `${WORDS[kind].padEnd(width)}  ${path}` }],
  );
}

/**
 * `2 created, 1 updated, 0 deleted, 6 unchanged`
 * @param deleted how many of the `delete` changes were carried out
 */
export function summaryLine(changes: readonly Change[], deleted = 0): string {
  const count = (kind: ChangeKind): number => changes.filter((change) => change.kind === kind).length;
  return `${count('create')} created, ${count('update')} updated, ${deleted} deleted, ${count('keep')} unchanged`;
}
