/** `npm run simulate`, as a person runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { emptyFolder, REPOSITORY } from '../support/project.ts';
import { ask } from '../support/proxmox/client.ts';

const SIMULATE = join(REPOSITORY, 'tools/simulate.mjs');

/** A run that goes on, when it has said everything that it says at its start. */
async function started(...args: readonly string[]) {
  const folder = emptyFolder();
  const running = spawn(process.execPath, [SIMULATE, ...args], { env: { ...process.env, TMPDIR: folder } });
  onTestFinished(() => void running.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  running.stderr.on('data', (data) => (said.stderr += String(data)));
  await new Promise<void>((resolve, reject) => {
    running.once('exit', () => reject(new Error(said.stderr)));
    running.stdout.on('data', (data) => {
      said.stdout += String(data);
      if (said.stdout.includes('END CERTIFICATE')) resolve();
    });
  });
  return { running, said, folder };
}

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [SIMULATE, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: emptyFolder() },
  });

test('serves what it prints, shows what is changed, and ends with Ctrl-C', async () => {
  const { running, said, folder } = await started('--port', '0', '--nodes', 'one,two', '--guest', '100=theirs@two');
  const value = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(said.stdout)?.[1] ?? '';
  const ca = /-----BEGIN[^]*END CERTIFICATE-----/.exec(said.stdout)?.[0] ?? '';
  const port = Number(new URL(value('proxmox_api_url')).port);
  const token = { id: value('proxmox_api_token_id'), secret: value('proxmox_api_token_secret') };
  const { data } = await ask({ port, ca, token }, 'GET cluster/resources', { type: 'vm' });
  expect(data).toMatchObject([{ vmid: 100, name: 'theirs', node: 'two', status: 'running' }]);
  await ask({ port, ca, token }, 'POST pools', { poolid: 'k8s' });
  expect(value('proxmox_node')).toBe('one');
  expect(readdirSync(folder)).toEqual([]);
  running.kill('SIGINT');
  expect(await once(running, 'exit')).toEqual([0, null]);
  expect(said.stderr).toBe('POST pools: 200 OK\n');
});

test('tells how it is used', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  for (const option of ['--port', '--nodes', '--release', '--slow', '--guest', '--full', '--verbose'])
    expect(stdout).toContain(option);
});

test('says so where another listens', async () => {
  const { said } = await started('--port', '0');
  const port = /127\.0\.0\.1:(\d+)/.exec(said.stdout)?.[1] ?? '';
  const { status, stderr } = run('--port', port);
  expect(status).toBe(4);
  expect(stderr).toContain('--port 0 takes one that is free');
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'"],
  [['--port', 'x'], '--port takes a number, not x'],
  [['--release', '7.4'], '--release takes a version 8.x or 9.x, not 7.4'],
  [['--guest', 'x'], '--guest takes ID=NAME or ID=NAME@HOST, not x'],
  [['--full', 'x'], 'there is no storage x, only local, local-lvm'],
])('%j makes no sense', (args, message) => {
  const { status, stderr } = run(...args);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
});
