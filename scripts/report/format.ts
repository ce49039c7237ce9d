/** The formats that problems can be had in. */
import type { Problem } from '../problem.ts';
import { githubAnnotations } from './github.ts';
import { problemsJson } from './json.ts';
import { problemsSarif, type SarifOptions } from './sarif.ts';

/** As `--format` names them; `text` is for people and goes another way, see `text.ts`. */
export const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

export type Format = (typeof FORMATS)[number];
export type DataFormat = Exclude<Format, 'text'>;

const WRITERS: Readonly<Record<DataFormat, (problems: readonly Problem[], options: SarifOptions) => string>> = {
  json: (problems) => problemsJson(problems),
  sarif: problemsSarif,
  github: (problems, { folder }) => githubAnnotations(problems, folder),
};

/** All problems, for a program to read. No format holds lines of the files. */
export function problemsData(problems: readonly Problem[], format: DataFormat, options: SarifOptions): string {
  return WRITERS[format](problems, options);
}
