/** Where a rule is explained. */

/** The page about a rule, relative to the root of nigari's repository: `docs/rules.md#cidr-host-bits`. */
export function ruleUrl(code: string): string {
  return `docs/rules.md#${uriEncoded(code)}`;
}

/** Percent-encoded (RFC 3986); half of a surrogate pair, which has no UTF-8 form, becomes U+FFFD. */
export function uriEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
