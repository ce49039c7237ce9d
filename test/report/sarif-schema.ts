/** The schema of SARIF, by OASIS: no registry that the tests use has it, so a copy is named by hand. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/**
 * The schema of SARIF 2.1.0, errata 01 (a draft-04 one), from the file that NIGARI_SARIF_SCHEMA names; null without it.
 * Its address is the `$schema` of every log that we write.
 */
export function sarifSchema(): Readonly<Record<string, unknown>> | null {
  const file = process.env['NIGARI_SARIF_SCHEMA'];
  return file === undefined ? null : (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
}
