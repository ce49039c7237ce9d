/** A cluster whose machine configurations the real talhelper makes: it writes them to files, and nobody finds one. */
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { killAllOf } from '../support/descendants.ts';
import { filesWith, talosProject } from '../support/talos-project.ts';
import { realTool } from '../support/tools.ts';

const MEMORY = '/dev/shm';
const NODES = { 'cp-1': 11, 'wk-1': 21 };
const BY_TALHELPER = 'talos_driver: talhelper\n';

/** Where a run has its files in clear. */
const placesOf = (pid: number): readonly string[] =>
  readdirSync(MEMORY)
    .filter((name) => name.startsWith(`nigari-clear-${pid}-`))
    .map((name) => join(MEMORY, name));

const isMissing = realTool('talosctl') === null || realTool('talhelper') === null || !existsSync(MEMORY);

describe.skipIf(isMissing)('with talos_driver: talhelper', () => {
  test('machines become a cluster, as with talosctl', async () => {
    const { nigari, folder, bundle } = await talosProject(NODES, BY_TALHELPER);
    const dry = await nigari(['bootstrap', 'talos', '--dry-run']);
    expect(dry.stdout).toMatch(/^talhelper genconfig --offline-mode .*--secret-file <secrets>/m);
    expect(dry.stdout).not.toMatch(/gen config .*(controlplane|worker)/);
    expect((await nigari(['bootstrap', 'talos'])).stdout).toContain('demo works: 2 nodes');
    expect((await nigari(['talos', 'diff', '--check'])).stdout).toContain('every machine has the configuration');
    expect(filesWith(folder, bundle())).toEqual([]);
  });

  test('nothing is left in memory by a run that ends, or is killed', async () => {
    const { nigari, start, folder } = await talosProject(NODES, BY_TALHELPER);
    const { pid, ended } = start(['talos', 'validate']);
    await ended;
    expect(placesOf(pid)).toEqual([]);
    const killed = start(['talos', 'validate']);
    while (placesOf(killed.pid).length === 0) await pause(5);
    const places = placesOf(killed.pid);
    killAllOf(killed.pid);
    await killed.ended;
    while (places.some((place) => existsSync(place))) await nigari(['talos', 'validate']);
    expect(existsSync(join(folder, 'talos/clusterconfig'))).toBe(false);
  });

  test('says that it is missing, and what is wrong with what it reads', async () => {
    const { nigari, edit, folder } = await talosProject({ 'cp-1': 11 }, BY_TALHELPER);
    symlinkSync(realTool('talosctl') ?? '', join(folder, 'talosctl'));
    expectClear(await nigari(['talos', 'validate'], 4, { PATH: folder }), 'talhelper-missing');
    edit('talos/nodes/cp-1.yaml', (text) => text.replace(/^machine:\n/m, 'machine:\n  nonsense: true\n'));
    const ended = await nigari(['talos', 'validate', '--stale-ok'], 4);
    expectClear(ended, 'talhelper-failed');
    expect(ended.stderr).toContain('nonsense');
  });
});
