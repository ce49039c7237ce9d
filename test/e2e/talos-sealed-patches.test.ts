/** Patches that hold secrets: `talos/patches/own.sops.yaml` and `talos/nodes/NAME.own.sops.yaml`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { noteSecrets } from '../support/printed.ts';
import { filesWith, talosProject, type TalosProject } from '../support/talos-project.ts';
import { realTool } from '../support/tools.ts';

const SHARED = 'talos/patches/own.sops.yaml';
const OF_WORKER = 'talos/nodes/wk-1.own.sops.yaml';
const PASSWORD = 'planted-registry-password';
const TOKEN = 'planted-token-of-the-worker';

const registry = (password: string): string =>
  `machine:\n  registries:\n    config:\n      registry.example.com:\n        auth: { username: puller, password: ${password} }\n`;

const environment = (token: string): string =>
  `machine:\n  env:\n    TOKEN: ${token}\n---\napiVersion: v1alpha1\nkind: WatchdogTimerConfig\ndevice: /dev/watchdog0\n`;

/** Two machines, and patches that a user sealed. */
async function sealedProject(
  patches: Readonly<Record<string, string>> = { [SHARED]: registry(PASSWORD), [OF_WORKER]: environment(TOKEN) },
  more = '',
): Promise<TalosProject> {
  const own = await talosProject({ 'cp-1': 11, 'wk-1': 21 }, more);
  noteSecrets(own.folder, [PASSWORD, TOKEN]);
  for (const [file, text] of Object.entries(patches)) await put(own, file, text);
  return own;
}

async function put({ folder, nigari }: TalosProject, file: string, text: string): Promise<void> {
  writeFileSync(join(folder, file), text);
  await nigari(['secrets', 'encrypt', file]);
}

describe.skipIf(realTool('talosctl') === null)('patches that are sealed', () => {
  test('reach the machines that they are for, and nobody else', async () => {
    const own = await sealedProject();
    const { nigari, talos, folder } = own;
    expect((await nigari(['configure'])).all).not.toContain('own.sops.yaml');
    const dry = await nigari(['bootstrap', 'talos', '--dry-run']);
    expect(dry.stdout).toMatch(/controlplane .*--config-patch-control-plane '?@<talos\/patches\/own\.sops\.yaml>/);
    await nigari(['bootstrap', 'talos']);
    const told = (name: string): string => talos.nodes.get(name)?.config?.text ?? '';
    expect(told('cp-1')).toContain(PASSWORD);
    expect(told('cp-1')).not.toContain(TOKEN);
    for (const text of [PASSWORD, TOKEN, 'WatchdogTimerConfig']) expect(told('wk-1')).toContain(text);
    await nigari(['talos', 'diff', '--check']);

    await put(own, SHARED, registry(`${PASSWORD}-2`));
    const diff = await nigari(['talos', 'diff', 'cp-1', '--check'], 5);
    expect(diff.stdout).toMatch(/^\+ +password: \*\*\*/m);
    await nigari(['talos', 'apply']);
    expect(told('cp-1')).toContain(`${PASSWORD}-2`);
    expect(filesWith(folder, [PASSWORD, TOKEN])).toEqual([]);
  });

  test('that Talos does not take are told of, without what they hold', async () => {
    const { nigari } = await sealedProject({ [SHARED]: registry(PASSWORD).replace('password', 'passwort') });
    const ended = await nigari(['talos', 'validate'], 4);
    expectClear(ended, 'talos-patch-refused');
    expect(ended.stderr).toContain('registry.example.com: auth: passwort: ***');
  });

  test('of a machine that is not there are told of', async () => {
    const { nigari } = await sealedProject({ 'talos/nodes/wk-2.own.sops.yaml': environment(TOKEN) });
    expect((await nigari(['talos', 'validate'])).stderr).toContain('(talos-patch-unused)');
  });

  test('are refused in clear, and with talhelper', async () => {
    const { nigari, folder } = await sealedProject(undefined, 'talos_driver: talhelper\n');
    expect((await nigari(['talos', 'validate'], 2)).stderr).toContain('(talos-patch-sealed)');
    writeFileSync(join(folder, SHARED), registry('open'));
    const inClear = await nigari(['talos', 'validate'], 2);
    expect(inClear.stderr).toMatch(/^talos\/patches\/own\.sops\.yaml +error /m);
  });
});
