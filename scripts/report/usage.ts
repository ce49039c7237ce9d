/** What is wrong with the arguments, as commander says it, without a value that somebody typed there: it may be a secret. */

/** `--name=value`, or `-nvalue`, of an option that there is not; a value may hold quotes and line ends. */
const UNKNOWN_WITH_VALUE = /(unknown option '(?:--[^=]*?=|-[^-]))[^]+'/;

export const withoutValue = (said: string): string => said.replace(UNKNOWN_WITH_VALUE, "$1***'");
