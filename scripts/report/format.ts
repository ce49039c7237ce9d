/** As `--format` names them; `text` is for people (`text.ts`), the others are for programs (`data.ts`). */
export const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

export type Format = (typeof FORMATS)[number];
