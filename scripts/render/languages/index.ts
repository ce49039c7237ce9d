/** Which language a file is written in, by its name. */
import { posix } from 'node:path';
import type { Language } from '../../types.ts';
import type { Grammar } from '../grammar.ts';
import { hcl } from './hcl.ts';
import { json } from './json.ts';
import { text } from './text.ts';
import { yaml } from './yaml.ts';

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  '.tf': 'hcl',
  '.tfvars': 'hcl',
  '.tofu': 'hcl',
  '.hcl': 'hcl',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.md': 'text',
  '.txt': 'text',
};

export const EXTENSIONS = Object.keys(BY_EXTENSION);

/** The grammars by language; a place is opaque to everyone but its own grammar. */
export const GRAMMARS: Readonly<Record<Language, Grammar<unknown>>> = {
  hcl: hcl,
  yaml: yaml,
  json: json,
  text: text,
};

/** Null for a file in a language whose escaping we do not know. */
export function languageOf(path: string): Language | null {
  // OpenTofu reads ${…} inside the strings of its JSON syntax: neither JSON's rules nor HCL's would do.
  if (/\.(tf|tofu|tfvars)\.json$/i.test(path)) return null;
  return BY_EXTENSION[posix.extname(path).toLowerCase()] ?? null;
}
