/**
 * How the Go YAML library writes a text as a scalar: plain, in quotes, or in a way that its releases do not agree on.
 * Source: YAML 1.2, 7.3.3, and what go.yaml.in/yaml v3.0.4 and v4.0.0-rc.5 write, compared over a million random texts.
 */

/** Texts of which the library's releases, or its own rules for numbers and dates, make one thing or another. */
const DOUBTFUL = [
  // YAML 1.1's booleans, numbers to the base of sixty, and merge keys: older and newer releases differ.
  /^(y|n|yes|no|on|off|<<)$/i,
  /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/,
  // A number with marks between its digits, unless it is whole and without a sign; one that is out of range.
  /^(?![0-9][0-9_]*$)(?=.*_)[-+.0-9][-+.0-9_a-fxob]*$/i,
  /^[-+]?[0-9.]+e[-+]?[0-9]{3,}$/i,
  // A date with a time, or one that is in no calendar.
  /^(?![0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$)[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/,
];

/** Why it is not certain how a text is written; null where it is. */
export function whyUncertain(text: string): string | null {
  if (/[\r\n]/.test(text)) return 'it has more than one line';
  if (/[^\x20-\x7e]/.test(text)) return 'it has characters other than those of ASCII';
  return DOUBTFUL.some((pattern) => pattern.test(text)) ? 'not every factory writes it the same way' : null;
}

/** YAML's null, booleans, numbers and dates, as the Go library knows them. */
const OTHERS = [
  /^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|)$/,
  /^[-+]?(0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9][0-9_]*)$/,
  /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/,
  /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
];

/** A text that would be read as something else, and is written in double quotes; none of these has a quote in it. */
export const readsAsOther = (text: string): boolean => OTHERS.some((pattern) => pattern.test(text));

/** What stands without quotes, where it does not read as something else. */
export function isWrittenPlain(text: string): boolean {
  if (/^[-?:]( |$)|^[@%&*!|>'"#[\]{},`]/.test(text)) return false;
  return !/: |:$| #|^ | $|^---|^\.\.\./.test(text);
}
