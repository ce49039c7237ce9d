/** Changes, as people read them. */
import type { Problem } from '../problem.ts';
import type { Change, ChangeKind } from '../types.ts';

type Words = Readonly<Record<Exclude<ChangeKind, 'keep'>, string>>;

const DONE: Words = { create: 'created', update: 'updated', delete: 'deleted' };
const WOULD: Words = { create: 'would create', update: 'would update', delete: 'would delete' };

/** One line per file that changes, in the order given; unchanged ones are only counted. */
export interface ChangeLine {
  readonly kind: Exclude<ChangeKind, 'keep'>;
  readonly text: string;
}

/**
 * `created  infrastructure/tofu/main.tf`; the words stand in one column.
 * @param done false where nothing was written: `would create  …`
 */
export function changeLines(changes: readonly Change[], done = true): readonly ChangeLine[] {
  const words = done ? DONE : WOULD;
  const width = Math.max(0, ...changes.map(({ kind }) => (kind === 'keep' ? 0 : words[kind].length)));
  return changes.flatMap(({ kind, path }) =>
    kind === 'keep' ? [] : [{ kind, text: `${words[kind].padEnd(width)}  ${path}` }],
  );
}

/** `2 created, 1 updated, 0 deleted, 6 unchanged` */
export function summaryLine(changes: readonly Change[]): string {
  const count = counter(changes);
  return `${count('create')} created, ${count('update')} updated, ${count('delete')} deleted, ${count('keep')} unchanged`;
}

/** `2 to create, 1 to update, 0 to delete, 6 unchanged` */
export function outlook(changes: readonly Change[]): string {
  const count = counter(changes);
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete, ${count('keep')} unchanged`;
}

function counter(changes: readonly Change[]): (kind: ChangeKind) => number {
  return (kind) => changes.filter((change) => change.kind === kind).length;
}

/** Paths of sealed files that stay as they are because no key here opens them; `sealed-kept` tells of each. */
export const keptClosed = (problems: readonly Problem[]): readonly string[] =>
  problems.flatMap(({ code, file }) => (code === 'sealed-kept' && file !== undefined ? [file] : []));
