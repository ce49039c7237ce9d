/** The real OpenTofu with the real provider, on folders of rendered files; no network, no Proxmox. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { realTool, tofuEnv } from './tools.ts';

/** Secrets as a run gets them, all fakes; the provider checks the form of a token. */
export const SECRETS = {
  TF_VAR_proxmox_api_token_id: 'fake@pve!nigari',
  TF_VAR_proxmox_api_token_secret: '00000000-1111-2222-3333-444444444444',
  TF_VAR_state_encryption_passphrase: 'fake correct horse battery staple',
} as const;

/**
 * Runs tofu in `folder`, with the fake secrets.
 * @returns what it printed on stdout
 * @throws with everything that it printed, when it fails
 */
export async function tofu(folder: string, ...args: readonly string[]): Promise<string> {
  return tofuWith(SECRETS, folder, ...args);
}

/** The same, with other variables of the environment. */
export async function tofuWith(
  env: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): Promise<string> {
  const { stdout } = await execa(realTool('tofu') ?? 'tofu', args, { cwd: folder, env: { ...tofuEnv(), ...env } });
  return stdout;
}

/** What a run that must fail says on stderr, on one line: its output is wrapped and framed. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  const { stderr = '' } = await run.then(
    () => ({ stderr: 'it did not fail' }),
    (error: { stderr?: string }) => error,
  );
  return stderr.replaceAll(/[\s│╷╵]+/g, ' ');
}

/** Initialises without the backend: enough for `validate`. */
export async function initWithoutBackend(folder: string): Promise<void> {
  await tofu(folder, 'init', '-backend=false', '-input=false', '-no-color');
}

/** Initialises with the state beside the files, whatever `backend.tf` says, so that nothing is asked of a server. */
export async function initWithLocalState(folder: string): Promise<void> {
  await writeFile(join(folder, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  await tofu(folder, 'init', '-input=false', '-no-color');
}

export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly index: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly change: { readonly actions: readonly string[] };
}

/** What we read of `tofu show -json`. Source: OpenTofu's documentation, "JSON Output Format". */
export interface Plan {
  readonly planned_values: {
    readonly outputs: Readonly<Record<string, { readonly value?: unknown }>>;
    readonly root_module: { readonly resources: readonly PlannedResource[] };
  };
  readonly resource_changes: readonly ResourceChange[];
}

const PLAN_FILE = 'tfplan';

/** Plans without asking Proxmox, saves the plan, and reads it back. */
export async function plan(folder: string): Promise<{ readonly plan: Plan; readonly file: Buffer }> {
  await tofu(folder, 'plan', '-input=false', '-no-color', '-refresh=false', `-out=${PLAN_FILE}`);
  const shown = await tofu(folder, 'show', '-json', PLAN_FILE);
  return { plan: JSON.parse(shown) as Plan, file: await readFile(join(folder, PLAN_FILE)) };
}
