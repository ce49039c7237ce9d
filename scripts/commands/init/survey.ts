/** What a folder already is: empty, half a project, a project, or a copy of one that lacks its ignored files. */
import { join } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { isGenerated } from '../../render/header.ts';
import { isSealedPath } from '../../render/render.ts';
import { listFiles, readDisk } from '../../system/disk.ts';
import { nodeFiles } from '../../system/files.ts';
import { loadInputs, loadSopsConfig } from '../../system/inputs.ts';
import type { SourceFile } from '../../types.ts';

export const INPUTS = ['cluster.yaml', 'nodes.yaml'] as const;
export const KEY_FILE = 'age.key';
export const SOPS_CONFIG = '.sops.yaml';
/** What `configure` seals, with or without instances. */
export const SECRETS_FILE = 'infrastructure/secrets.sops.yaml';

/** Where this project keeps sealed files; those in templates or tests are no sign of a project. */
const SEALED_FOLDERS = ['infrastructure', 'talos'];

export interface Survey {
  /** The inputs that are missing. */
  readonly missing: readonly string[];
  readonly hasKey: boolean;
  readonly sopsConfig: SourceFile | null;
  /** Signs that somebody keeps a project here: `.sops.yaml`, sealed files, rendered instances. */
  readonly signs: readonly string[];
  /** For the recipients that they name. */
  readonly sealed: readonly SourceFile[];
}

/** Looks, and changes nothing. The user's own files may be links to anywhere. */
export async function survey(root: string): Promise<Survey> {
  const found = await Promise.all(
    SEALED_FOLDERS.map(async (folder) => must(await listFiles(root, folder), Exit.refusedInput)),
  );
  const files = found.flat();
  const sopsConfig = must(await loadSopsConfig(root), Exit.refusedInput);
  const sealed = await readFiles(root, ['cluster.sops.yaml', ...files.filter(isSealedPath)]);
  const config = sopsConfig === null ? [] : [sopsConfig.path];
  const signs = [...config, ...sealed.map(({ path }) => path), ...(await renderedInstances(root, files))];
  return { missing: await missingInputs(root), hasKey: await isThere(root, KEY_FILE), sopsConfig, signs, sealed };
}

/** @throws Refusal 2 when something else than a file is where an input belongs */
async function missingInputs(root: string): Promise<readonly string[]> {
  const { cluster, nodes } = await loadInputs(root);
  const problems = [cluster, nodes].flatMap((file) => (file.ok ? [] : file.problems));
  const isMissing = ({ code }: Problem): boolean => code === 'input-missing';
  if (!problems.every(isMissing)) throw new Refusal(problems, Exit.refusedInput);
  return INPUTS.filter((name) => problems.some(({ file }) => file === name));
}

/** Whether something of that name is there, be it a link that leads nowhere. */
export async function isThere(root: string, name: string): Promise<boolean> {
  const found = await nodeFiles.lstat(join(root, name)).catch(() => null);
  return found !== null;
}

async function readFiles(root: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
  const disk = must(await readDisk(root, paths), Exit.refusedInput);
  return [...disk].map(([path, { bytes }]) => ({ path, bytes }));
}

/** Directories that hold a generated `main.tf` or the like; the README of `infrastructure/` alone is no instance. */
async function renderedInstances(root: string, files: readonly string[]): Promise<readonly string[]> {
  const texts = await readFiles(
    root,
    files.filter((path) => /\/[^/]+\.tf$/.test(path)),
  );
  const generated = texts.filter(({ bytes }) => isGenerated(bytes));
  return [...new Set(generated.map(({ path }) => `${path.slice(0, path.lastIndexOf('/'))}/`))];
}
