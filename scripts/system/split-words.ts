/** A command line as other programs keep it in a variable: `$SOPS_AGE_KEY_CMD`, `$EDITOR`. */

/** Words of a command line: blanks divide, `'…'`, `"…"` and `\` protect. @returns null when a quote is not closed */
export function splitWords(line: string): readonly string[] | null {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  const rest = line.replace(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs, '').trim();
  if (rest !== '') return null;
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
      (_all, single?: string, double?: string, char?: string) =>
        single ?? double?.replace(/\\(.)/gs, '$1') ?? char ?? '',
    ),
  );
}
