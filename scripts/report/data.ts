/** Problems in the formats that programs read. */
import type { Problem } from '../problem.ts';
import type { Format } from './format.ts';
import { githubAnnotations } from './github.ts';
import { problemsJson } from './json.ts';
import { problemsSarif, type SarifOptions } from './sarif.ts';

type DataFormat = Exclude<Format, 'text'>;

const WRITERS: Readonly<Record<DataFormat, (problems: readonly Problem[], options: SarifOptions) => string>> = {
  json: (problems) => problemsJson(problems),
  sarif: problemsSarif,
  github: (problems, { folder }) => githubAnnotations(problems, folder),
};

/** All problems, for a program to read. No format holds lines of the files. */
export function problemsData(problems: readonly Problem[], format: DataFormat, options: SarifOptions): string {
  return WRITERS[format](problems, options);
}
