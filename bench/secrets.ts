/** A hundred files with five secrets each: sealed anew, and found to be as they should, beside `sops` on each file. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { newSopsConfig } from '../scripts/secrets/rules/rules.ts';
import { newIdentity } from '../scripts/system/age.ts';
import type { Bench } from './bench.ts';

const FILES = Array.from({ length: 100 }, (_, index) => `${index}.sops.yaml`);
const SECRETS = ['tfstate_password', 'api_token_id', 'api_token_secret', 'passphrase', 'account_id'];
const CORES = availableParallelism();

/** @param tools folder of the real programs @throws when sops is not there, or does not open what we sealed */
export async function secrets(tools: string): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'nigari-bench-secrets-'));
  const { keyFile, recipient } = newIdentity();
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, SOPS_AGE_KEY: keyFile, SOPS_DISABLE_VERSION_CHECK: '1' };
  mkdirSync(join(folder, 'clear'));
  writeFileSync(join(folder, '.sops.yaml'), newSopsConfig(recipient));
  for (const name of FILES) writeFileSync(join(folder, 'clear', name), clearText());

  const engine = fileURLToPath(new URL('secrets-engine.mjs', import.meta.url));
  const sops = join(tools, 'sops');
  const ours = (task: string): void => void execFileSync(process.execPath, [engine, task, folder], { env });
  /** One process a file, as many at once as there are cores: the best that a shell can do with it. */
  const theirs = (...args: readonly string[]): void => {
    const cwd = join(folder, 'theirs');
    const call = ['-P', `${CORES}`, '-n', '1', sops, ...args];
    execFileSync('xargs', call, { env, cwd, input: FILES.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
  };
  const freshCopy = (): void => cpSync(join(folder, 'clear'), join(folder, 'theirs'), { recursive: true });
  freshCopy();

  return {
    against: execFileSync(sops, ['--version'], { env, encoding: 'utf8' }).split('\n')[0] ?? '',
    load: `${FILES.length} files with ${SECRETS.length} secrets of 24 bytes each, for one X25519 key. nigari: one process, with its start. sops: one process a file, ${CORES} at once.`,
    cases: [
      {
        what: 'encrypt all (`sops encrypt`)',
        prepare: freshCopy,
        ours: () => ours('encrypt'),
        theirs: () => theirs('encrypt', '--in-place'),
      },
      {
        what: 'find that nothing changed (nearest: `sops decrypt`)',
        ours: () => ours('check'),
        theirs: () => theirs('decrypt'),
      },
    ],
    end: () => {
      const opened = execFileSync(sops, ['decrypt', join(folder, 'ours', FILES[0] ?? '')], { env, encoding: 'utf8' });
      const clear = readFileSync(join(folder, 'clear', FILES[0] ?? ''), 'utf8');
      rmSync(folder, { recursive: true });
      if (opened !== clear) throw new Error('sops does not open what was measured');
    },
  };
}

function clearText(): string {
  return SECRETS.map((key) => `${key}: ${randomBytes(18).toString('base64url')}\n`).join('');
}
