/** Secrets that are found nowhere by chance: planted in inputs, and looked for in every form in which programs write them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOf } from '../../scripts/secrets/mask.ts';
import { REPOSITORY, tree } from './project.ts';

export interface Planted {
  readonly values: Readonly<Record<string, string>>;
  /** A valid cluster.yaml with them, and its nodes.yaml. */
  readonly files: Readonly<Record<'cluster.yaml' | 'nodes.yaml', string>>;
  /** Which of them a text or a file holds, whole or escaped. */
  readonly foundIn: (content: string | Buffer) => readonly string[];
}

const fixture = (name: string): string => readFileSync(join(REPOSITORY, 'test/fixtures/valid/ha', name), 'utf8');

/** New ones at each call. One holds whatever somebody quotes or escapes. */
export function plant(): Planted {
  const values = {
    proxmox_api_token_id: `terraform@pve!t${unique()}`,
    proxmox_api_token_secret: randomUUID(),
    tfstate_password: `p"$\{${unique()}\\ <&>'ü`,
    state_encryption_passphrase: `a phrase of ${unique()} words`,
  };
  const others = fixture('cluster.yaml').replaceAll(new RegExp(`^(${Object.keys(values).join('|')}):.*\n`, 'gm'), '');
  const lines = Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return {
    values,
    files: { 'cluster.yaml': `${others}\n${lines.join('')}`, 'nodes.yaml': fixture('nodes.yaml') },
    foundIn: finder(values),
  };
}

const unique = (): string => randomBytes(12).toString('hex');

function finder(values: Planted['values']): Planted['foundIn'] {
  const needles = Object.entries(values).map(
    ([name, value]) => [name, formsOf(value).map((form) => Buffer.from(form))] as const,
  );
  return (content) => {
    const bytes = Buffer.from(content);
    return needles.filter(([, forms]) => forms.some((form) => bytes.includes(form))).map(([name]) => name);
  };
}

/** The two files that hold secrets in clear by design. */
const BY_DESIGN: ReadonlySet<string> = new Set(['cluster.yaml', 'age.key']);

/** Files below a folder, but those two, that hold a planted secret. */
export function leaksBelow(folder: string, { foundIn }: Planted): readonly string[] {
  const found = [...tree(folder)].filter(([path, bytes]) => !BY_DESIGN.has(path) && foundIn(bytes).length > 0);
  return found.map(([path]) => path);
}
