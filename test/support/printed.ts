/**
 * All that a test file's runs of nigari printed, and every secret that was in their projects: at the end of the file none may
 * be in any. Whoever runs nigari by `infra-project.ts` is looked after so, without saying anything.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parse } from 'yaml';
import { SETUP_NAMES } from '../../scripts/proxmox/setup.ts';
import { formsOf } from '../../scripts/secrets/mask.ts';
import { NAME_KEYS, SECRET_KEYS } from '../../scripts/types.ts';

/** Where it stood, as a failure may tell it, and the value. */
type Secret = readonly [where: string, value: string];

const texts: string[] = [];
const secrets = new Map<string, Secret>();

/** @param folder of the project, as it is after the run; @param env in which nigari ran, beside its own */
export function notePrinted(
  folder: string,
  env: Readonly<Record<string, string>>,
  ...printed: readonly string[]
): void {
  for (const secret of secretsOf(folder, env)) secrets.set(secret[1], secret);
  texts.push(...printed);
}

/** What else may not have been printed. @param where they stand */
export function noteSecrets(where: string, values: readonly string[]): void {
  for (const value of values) secrets.set(value, [where, value]);
}

/** A token's name that `nigari proxmox setup` prints before anybody has such a token. */
const PROPOSED = `${SETUP_NAMES.user}!${SETUP_NAMES.token}`;

/** Those of its inputs, of its age key, and of the environment. */
export function secretsOf(folder: string, env: Readonly<Record<string, string>>): readonly Secret[] {
  const inputs = (parse(textOf(join(folder, 'cluster.yaml'))) ?? {}) as Readonly<Record<string, unknown>>;
  const keys = SECRET_KEYS.filter((key) => !NAME_KEYS.has(key));
  const all: readonly (readonly [string, unknown])[] = [
    ...keys.map((key) => [key, inputs[key]] as const),
    ...Object.entries(env).filter(([name]) => /PASSWORD|SECRET|PASSPHRASE/i.test(name)),
    ['age.key', /AGE-SECRET-KEY-\w+/.exec(textOf(join(folder, 'age.key')))?.[0]],
  ];
  return all.flatMap(([where, value]) =>
    typeof value === 'string' && value !== PROPOSED ? [[where, value] as const] : [],
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Which secrets were printed, in any form that programs give them, and the first text that holds them. */
export function leaks(printed: readonly string[], secrets: Iterable<Secret>): readonly string[] {
  return [...secrets].flatMap(([where, value]) => {
    const forms = formsOf(value).filter(({ length }) => length >= 8);
    const text = printed.find((text) => forms.some((form) => text.includes(form)));
    return text === undefined ? [] : [`${where}: ${text}`];
  });
}

afterAll(() => {
  const found = leaks(texts, secrets.values());
  if (found.length > 0) throw new Error(`secrets were printed:\n${found.join('\n')}`);
});
