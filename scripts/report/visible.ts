/** Makes characters visible that a terminal would obey, so that no input can move the cursor, hide or reorder text. */

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** C0 and C1 controls, DEL, line and paragraph separators, Unicode's bidirectional controls (UAX #9) and lone surrogates. */
const OBEYED =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Writes each such character as `\n`, `\u001b`, …; with `lines` the line breaks and tabs of the text stay. */
export function visible(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  const unix = lines ? text.replaceAll('\r\n', '\n') : text;
  return unix.replace(OBEYED, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character;
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
