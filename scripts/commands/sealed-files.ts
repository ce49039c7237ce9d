/** The sealed files of a project, opened in memory with whatever keys are at hand. */
import { compare } from '../changes/compare.ts';
import type { Secret } from '../config/secret.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { isGenerated } from '../render/header.ts';
import { open } from '../secrets/open.ts';
import { seal, type SealInputs } from '../secrets/seal.ts';
import type { Reading } from '../secrets/yaml/read.ts';
import { readDisk } from '../system/disk.ts';
import { loadSopsConfig } from '../system/inputs.ts';
import { randomBytes } from '../system/random.ts';
import { write } from '../system/write.ts';
import type { Artifact, Change, Sealed, SourceFile } from '../types.ts';
import type { Context } from './context.ts';
import { manifestWith } from './configure/project-tree.ts';
import { keysAtHand, type Seeker } from './keys.ts';

/** @param path relative to the project @returns null when nothing is there @throws Refusal 2 when it cannot be read */
export async function readFileOf({ root }: Pick<Context, 'root'>, path: string): Promise<SourceFile | null> {
  const file = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
  return file === undefined ? null : { path, bytes: file.bytes };
}

/** @throws Refusal 2 when the file is not sealed, no key opens it, or it was tampered with */
export async function openFile(context: Seeker, file: SourceFile): Promise<Reading> {
  const warn = (found: readonly Problem[]): void => context.reporter.problems(found);
  return must(await open(file, await keysAtHand(context)), Exit.refusedInput, warn);
}

/** What a command gives to sealing: the files as they are, and what it has of the rest. */
type Given = Pick<SealInputs, 'disk'> & Partial<Pick<SealInputs, 'closed' | 'memory' | 'sopsConfig'>>;

type Collect = (found: readonly Problem[]) => void;

/**
 * Seals what is secret of the artifacts by the rules of `.sops.yaml`; what the files on disk hold already stays.
 * @param given with a `sopsConfig` that one counts instead
 * @param collect receives warnings and notes, `sealed-kept` for a file that no key here opens among them
 * @throws Refusal 2 with every problem of `seal`
 */
export async function sealAll(
  context: Seeker,
  artifacts: readonly Artifact[],
  given: Given,
  collect: Collect,
): Promise<readonly Sealed[]> {
  const sopsConfig = given.sopsConfig ?? must(await loadSopsConfig(context.root), Exit.refusedInput, collect);
  const keys = await keysAtHand(context, collect);
  const inputs = { ...given, ...keys, sopsConfig, random: randomBytes, now: () => new Date() };
  return must(await seal(artifacts, inputs), Exit.refusedInput, collect);
}

/**
 * One text to be sealed, as an artifact.
 * @param file its clear text, as YAML; it is only ever written as ciphertext
 * @param secrets values of which none may stay readable, whatever the rule says
 */
export function toSeal({ path, bytes }: SourceFile, secrets: readonly Secret[] = []): Artifact {
  return { path, template: path, language: 'yaml', bytes, secret: true, executable: false, builtIn: false, secrets };
}

/**
 * Seals one text for its path, and writes it if that changes something.
 * @param file its clear text, as YAML
 * @param old the sealed file whose bytes stay where nothing changed: that on disk if not given
 * @param secrets values of which none may stay readable, whatever the rule says
 * @returns the change: `create`, `update` or `keep`
 * @throws Refusal 2 as `sealAll`, or with what the system refused
 */
export async function putSealed(
  context: Context,
  file: SourceFile,
  collect: Collect,
  { old, secrets = [] }: { readonly old?: SourceFile; readonly secrets?: readonly Secret[] } = {},
): Promise<Change> {
  const { root, signal } = context;
  const disk = must(await readDisk(root, [file.path]), Exit.refusedInput);
  const before = old === undefined ? disk : new Map([[file.path, { bytes: old.bytes, executable: false }]]);
  const sealed = await sealAll(context, [toSeal(file, secrets)], { disk: before }, collect);
  const changes = must(compare(sealed, disk, { manifest: null, force: true, isGenerated }), Exit.refusedInput, collect);
  const beside = await manifestWith(context, sealed);
  must(await write(changes, root, { signal, beside, seen: disk }), Exit.refusedInput, collect);
  return changes[0] as Change;
}

export const notConfigured = (path: string, call: string) =>
  ({
    code: 'not-configured',
    severity: 'error',
    message: `there is no ${path}`,
    hint: `run \`${call} configure\` first`,
  }) as const;
