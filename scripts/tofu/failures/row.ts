/** A failure of tofu or the provider that we know a remedy for. */
import type { Problem } from '../../problem.ts';

/**
 * Pattern on flattened output, code, message, remedy. `{name}` in the words stands for the pattern's group of that
 * name. Of several rows the first one that matches counts: the particular stand before the general.
 */
export type FailureRow = readonly [pattern: RegExp, code: string, message: string, remedy: string];

/** For a failure that we may meet ourselves, without tofu: it is told in the same words. */
export const rowOf = (
  pattern: RegExp,
  { code, message, hint }: Required<Pick<Problem, 'code' | 'message' | 'hint'>>,
): FailureRow => [pattern, code, message, hint];
