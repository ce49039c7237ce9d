/**
 * What `secrets` measures: a process that seals files as `nigari configure` does.
 *
 *   encrypt FOLDER   seals FOLDER/clear/* anew into FOLDER/ours/
 *   check FOLDER     seals them over what is there, and fails when a byte would change
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { seal } from '../scripts/secrets/seal.ts';
import { age, parseKeys } from '../scripts/system/age.ts';
import { randomBytes } from '../scripts/system/random.ts';
import type { Artifact, DiskFile } from '../scripts/types.ts';

const [task = '', folder = ''] = process.argv.slice(2);
const names = readdirSync(join(folder, 'clear'));
const plain = { template: '', language: 'yaml', secret: true, executable: false, builtIn: true } as const;
const artifacts = names.map((path): Artifact => ({ ...plain, path, bytes: readFileSync(join(folder, 'clear', path)) }));

function onDisk(): ReadonlyMap<string, DiskFile> {
  const bytesOf = (name: string): Uint8Array => readFileSync(join(folder, 'ours', name));
  return new Map(names.map((name) => [name, { bytes: bytesOf(name), executable: false }]));
}

const disk = task === 'check' ? onDisk() : new Map<string, DiskFile>();
const { identities } = await parseKeys(process.env['SOPS_AGE_KEY'] ?? '', 'SOPS_AGE_KEY');
const sopsConfig = { path: '.sops.yaml', bytes: readFileSync(join(folder, '.sops.yaml')) };
const sealed = await seal(artifacts, { identities, age, disk, sopsConfig, random: randomBytes, now: () => new Date() });
if (!sealed.ok) throw new Error(sealed.problems.map(({ message }) => message).join('\n'));
mkdirSync(join(folder, 'ours'), { recursive: true });
for (const { path, bytes } of sealed.value) {
  if (task === 'check' && bytes !== disk.get(path)?.bytes) throw new Error(`${path} would change`);
  if (task !== 'check') writeFileSync(join(folder, 'ours', path), bytes);
}
