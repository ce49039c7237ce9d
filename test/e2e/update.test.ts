/** From the tree that the previous release left to this one: told apart from edits, and with what it means for OpenTofu. */
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nigari, REPOSITORY, tree } from '../support/project.ts';
import { sealedProject } from '../support/sealed.ts';

const BACKEND = 'infrastructure/tofu/backend.tf';
const MANIFEST = '.nigari/manifest.json';
const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };

/** As 0.1.0 left it, with a key: it wrote no manifest. */
async function released(): Promise<string> {
  const folder = await sealedProject({});
  cpSync(join(REPOSITORY, 'test/fixtures/releases/0.1.0'), folder, { recursive: true });
  return folder;
}

const made = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    [...tree(folder)]
      .filter(([path]) => path.startsWith('infrastructure/') && !path.includes('.sops.'))
      .map(([path, bytes]) => [path, bytes.toString()]),
  );

test('from 0.1.0: every file that changes is told once, with its meaning; the tree is that of a new project', async () => {
  const folder = await released();
  const told = `nigari 0.1.0 → ${version}: these files change because of the update  (nigari-updated)`;
  const meaning = `${BACKEND}: nothing for OpenTofu: the first line of each file says how an edit is kept\n`;
  for (const args of [
    ['diff', '--stat'],
    ['configure', '--dry-run'],
    ['configure', '--no-init'],
  ]) {
    const { status, stderr, all } = nigari(folder, args);
    expect(status, all).toBe(0);
    expect(stderr).toContain(told);
    expect(stderr).toContain(meaning);
  }
  expect(made(folder)).toEqual(made(join(REPOSITORY, 'test/golden/minimal')));
  const again = nigari(folder, ['configure', '--no-init']);
  expect(again).toMatchObject({ status: 0 });
  expect(again.all).not.toContain('nigari-updated');
});

test('from a release with a manifest: an edit stops the run as ever, and is no part of the update', async () => {
  const folder = await released();
  expect(nigari(folder, ['configure', '--no-init', '--force']).status).toBe(0);
  // As if an older one had made it.
  const manifest = readFileSync(join(folder, MANIFEST), 'utf8');
  writeFileSync(join(folder, MANIFEST), manifest.replace(`"nigari": "${version}"`, '"nigari": "0.1.5"'));
  appendFileSync(join(folder, BACKEND), '# mine\n');
  const stopped = nigari(folder, ['configure', '--no-init']);
  expect(stopped.status).toBe(2);
  expect(stopped.stderr).toContain('(edited-file)');
  const forced = nigari(folder, ['configure', '--no-init', '--force']);
  expect(forced.status).toBe(0);
  expect(forced.all).not.toContain(`${BACKEND}: nothing`);
  expect(readFileSync(join(folder, MANIFEST), 'utf8')).toBe(manifest);
});
