/** Projects whose sealed files were sealed by the engine, with the key of `test/secrets/sample.ts` at hand. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSopsConfig } from '../../scripts/secrets/rules/rules.ts';
import { seal } from '../../scripts/secrets/seal.ts';
import { SAMPLE_KEY, SAMPLE_RECIPIENT } from '../secrets/sample.ts';
import { artifact, file, inputs, openText, valueOf } from '../secrets/support.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { project } from './project.ts';

const SOPS_CONFIG = newSopsConfig(SAMPLE_RECIPIENT);

/**
 * A folder with `age.key`, `.sops.yaml` and these files.
 * @param clear texts to seal, by path
 * @param others files that stay as they are; `.sops.yaml` may be among them
 */
export async function sealedProject(
  clear: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const files = { 'age.key': `${SAMPLE_KEY}\n`, '.sops.yaml': SOPS_CONFIG, ...others };
  const artifacts = Object.entries(clear).map(([path, text]) => artifact(text, path));
  const sopsConfig = file('.sops.yaml', files['.sops.yaml']);
  const sealed = valueOf(await seal(artifacts, inputs({ sopsConfig })));
  const folder = project({ ...files, ...Object.fromEntries(sealed.map(({ path, bytes }) => [path, bytes])) });
  chmodSync(join(folder, 'age.key'), 0o600);
  return folder;
}

export const textOf = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

/** What a sealed file of a folder holds, as YAML. */
export async function clearOf(folder: string, path: string): Promise<string> {
  return emit(valueOf(await openText(textOf(folder, path))));
}

export function put(folder: string, path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}
