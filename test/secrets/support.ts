/** What the tests of the engine share: keys, a `.sops.yaml`, sealing and opening in one call, the real sops. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secret } from '../../scripts/config/secret.ts';
import type { Checked, Problem } from '../../scripts/problem.ts';
import type { Identity } from '../../scripts/secrets/age/age.ts';
import { open } from '../../scripts/secrets/open.ts';
import { seal, type SealInputs } from '../../scripts/secrets/seal.ts';
import type { Tree } from '../../scripts/secrets/tree/tree.ts';
import { readYaml } from '../../scripts/secrets/yaml/read.ts';
import { age } from '../../scripts/system/age.ts';
import type { Artifact, SourceFile } from '../../scripts/types.ts';
import { realTool } from '../support/tools.ts';
import { SAMPLE_KEY, SAMPLE_RECIPIENT } from './sample.ts';

export const PATH = 'infrastructure/secrets.sops.yaml';

export const ALICE: Identity = { text: secret(SAMPLE_KEY), recipient: SAMPLE_RECIPIENT, source: 'test' };

/** `.sops.yaml` with one rule for everything. @param lines keys of the rule besides `age` */
export function config(lines: readonly string[] = [], recipients: readonly string[] = [ALICE.recipient]): SourceFile {
  const rule = [`age: ${recipients.join(',')}`, ...lines].join('\n    ');
  return file('.sops.yaml', `creation_rules:\n  - path_regex: ''\n    ${rule}\n`);
}

export function file(path: string, text: string): SourceFile {
  return { path, bytes: Buffer.from(text) };
}

export function artifact(text: string, path = PATH): Artifact {
  const bytes = Buffer.from(text);
  return {
    path,
    template: `templates/${path}.njk`,
    language: 'yaml',
    bytes,
    secret: true,
    executable: false,
    builtIn: true,
  };
}

/** Inputs of `seal`, real but for what the test sets. @param old text of the file on disk */
export function inputs(set: Partial<SealInputs> = {}, old?: string): SealInputs {
  const disk = old === undefined ? [] : [[PATH, { bytes: Buffer.from(old), executable: false }] as const];
  return {
    disk: new Map(disk),
    sopsConfig: config(['mac_only_encrypted: true']),
    identities: [ALICE],
    age,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    ...set,
  };
}

/** Seals one text. @throws Error with the problems when it is refused */
export async function sealText(text: string, set: Partial<SealInputs> = {}, old?: string): Promise<string> {
  const [sealed] = valueOf(await seal([artifact(text)], inputs(set, old)));
  return Buffer.from(sealed?.bytes ?? []).toString('utf8');
}

/** The problems of sealing one text, warnings included. */
export async function problemsOf(
  text: string,
  set: Partial<SealInputs> = {},
  old?: string,
): Promise<readonly Problem[]> {
  return (await seal([artifact(text)], inputs(set, old))).problems;
}

/** Codes of problems, for comparing. */
export function codes(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ code }) => code);
}

/** Opens a sealed text, with Alice's key where no other is given. */
export async function openText(text: string, identities: readonly Identity[] = [ALICE]): Promise<Checked<Tree>> {
  const opened = await open(file(PATH, text), { identities, age });
  return opened.ok ? { ok: true, value: opened.value.tree, problems: [] } : opened;
}

/** The tree of a YAML text. @throws Error with the problems when it is refused */
export function treeOf(text: string): Tree {
  return valueOf(readYaml(file('test.yaml', text))).tree;
}

export function valueOf<T>(result: Checked<T>): T {
  if (result.ok) return result.value;
  throw new Error(result.problems.map(({ code, message, line }) => `${code}: ${message} (${line})`).join('\n'));
}

/** Bytes that look random and are the same in every run. */
export function countedBytes(): (bytes: number) => Uint8Array {
  let calls = 0;
  return (bytes) => {
    calls += 1;
    return new Uint8Array(createHash('shake256', { outputLength: bytes }).update(`${calls}`).digest());
  };
}

/** The real sops; null where it is not. */
export const SOPS = realTool('sops');

interface SopsRun {
  readonly cwd?: string;
  /** The private key; Alice's where no other is given. */
  readonly key?: string;
}

/** Runs the real sops on a text, in the name of a file. @throws Error when it fails */
export function sops(
  args: readonly string[],
  input: string,
  { cwd = tmpdir(), key = SAMPLE_KEY }: SopsRun = {},
): string {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, SOPS_AGE_KEY: key, SOPS_DISABLE_VERSION_CHECK: '1' };
  const all = [...args, '--filename-override', 'test.sops.yaml'];
  return execFileSync(SOPS ?? 'sops', all, { input, env, cwd, stdio: 'pipe', maxBuffer: 2 ** 28, encoding: 'utf8' });
}

/** Lets the real sops encrypt a text, by the same `.sops.yaml` that we read. */
export function sopsEncrypt(text: string, sopsConfig: SourceFile): string {
  const folder = mkdtempSync(join(tmpdir(), 'nigari-sops-'));
  try {
    writeFileSync(join(folder, '.sops.yaml'), sopsConfig.bytes);
    return sops(['encrypt'], text, { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A sealed text with everything that chance decides taken out. */
export function withoutChance(sealed: string): string {
  return sealed
    .replace(/data:[^,]+,iv:[^,]+,tag:[^,]+,/g, '')
    .replace(/-----BEGIN[^]*?-----END AGE ENCRYPTED FILE-----/g, 'AGE')
    .replace(/lastmodified: "[^"]+"/g, 'lastmodified');
}

/** The lines of a new text that an old one has not. */
export function changedLines(old: string, now: string): readonly string[] {
  const before = new Set(old.split('\n'));
  return now.split('\n').filter((line) => !before.has(line));
}
