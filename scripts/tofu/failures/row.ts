/** A failure of tofu or the provider that we know a remedy for. */

/**
 * Pattern on flattened output, code, message, remedy. `{name}` in the words stands for the pattern's group of that
 * name. Of several rows the first one that matches counts: the particular stand before the general.
 */
export type FailureRow = readonly [pattern: RegExp, code: string, message: string, remedy: string];
