/** What a cluster.yaml says in clear, whether it is valid or not: its credentials, and the texts that are none. */
import { posix } from 'node:path';
import { referenceName } from '../../config/references.ts';
import { isPlaceholder } from '../../config/rules/texts.ts';
import { SECRET_KEYS, type SourceFile } from '../../types.ts';
import { mapLeaves } from '../tree/walk.ts';
import { readYaml } from '../yaml/read.ts';

/** A literal value of a key for credentials. */
export interface Credential {
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** What a YAML file says in clear. */
export interface ClearTexts {
  readonly credentials: readonly Credential[];
  /** Values of all other keys: what equals one of them is no secret. */
  readonly open: readonly string[];
  /** Files that `secrets` names as keeping secrets, and how. */
  readonly files: readonly (readonly [path: string, kept: Kept])[];
}

/** `clear`: git must not have the file; `vault`: only encrypted by Ansible Vault. */
export type Kept = 'clear' | 'vault';

/** Settings of providers, by the path of their key. */
const KEEPING: ReadonlyMap<string, Kept> = new Map([
  ['secrets/env/file', 'clear'],
  ['secrets/ansible-vault/password_file', 'clear'],
  ['secrets/ansible-vault/file', 'vault'],
]);

const KEYS: ReadonlySet<string> = new Set(SECRET_KEYS);

/** References (`secret://name`) and placeholders are no credentials. Keys count at any depth. */
export function clearTexts(file: SourceFile): ClearTexts {
  const reading = readYaml(file);
  if (!reading.ok) return { credentials: credentialsByLine(file), open: [], files: [] };
  const { tree, at } = reading.value;
  const [credentials, open]: [Credential[], string[]] = [[], []];
  const files: (readonly [string, Kept])[] = [];
  mapLeaves(tree, (leaf, { keys }) => {
    const key = keys.find((name) => KEYS.has(name));
    if (leaf.kind === 'comment' || leaf.text === '') return leaf;
    const kept = KEEPING.get(keys.join('/'));
    if (kept !== undefined) files.push([posix.normalize(leaf.text), kept]);
    if (key === undefined) open.push(leaf.text);
    else if (isLiteral(leaf.text)) credentials.push({ key, text: leaf.text, ...placeOf(at(leaf)) });
    return leaf;
  });
  return { credentials, open, files };
}

const placeOf = ({ line = 1, column = 1 }) => ({ line, column });

const isLiteral = (text: string): boolean => referenceName(text) === null && !isPlaceholder(text);

/** `key: value` on one line; a line that is a comment counts for nothing. */
const ASSIGNMENT = new RegExp(`^(?!\\s*#)(.*?\\b(${SECRET_KEYS.join('|')})["']?\\s*:\\s*)(\\S.*)$`);

/** Of a file that is no YAML. Where a value ends, nobody knows: the rest of its line is taken for it. */
function credentialsByLine({ bytes }: SourceFile): readonly Credential[] {
  const lines = Buffer.from(bytes).toString().split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [, before = '', key = '', rest = ''] = ASSIGNMENT.exec(line) ?? [];
    const text = rest.replace(/^["'](.*)["']\s*$/, '$1').trim();
    return text === '' || !isLiteral(text) ? [] : [{ key, text, line: index + 1, column: before.length + 1 }];
  });
}
