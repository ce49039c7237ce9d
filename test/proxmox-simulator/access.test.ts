/** Users, roles and grants that are made while it runs, and what they then allow. */
import { expect, onTestFinished, test } from 'vitest';
import { ask, type Answered } from '../support/proxmox/client.ts';
import { pveum } from '../support/proxmox/pveum.ts';
import { startProxmox, type Simulator } from '../support/proxmox/simulator.ts';

async function simulator(version: string): Promise<Simulator> {
  const proxmox = await startProxmox({ version, guests: [{ vmid: 100, name: 'a' }] });
  onTestFinished(proxmox.close);
  return proxmox;
}

test('what pveum grants is what a token may do', async () => {
  const proxmox = await simulator('9.0.3');
  const lines = [
    'pveum role add auditor --privs "VM.Audit, Sys.Audit"',
    "pveum user add ci@pve --comment 'for CI'",
    'pveum user token add ci@pve one --privsep 1',
    'pveum acl modify /vms --user ci@pve --role auditor',
    "pveum acl modify /vms/100 --token 'ci@pve!one' --role auditor --propagate=0",
  ];
  const answers: Answered[] = [];
  for (const line of lines) answers.push(await pveum(proxmox, line));
  expect(answers.map(({ status, reason }) => `${status} ${reason}`)).toEqual(lines.map(() => '200 OK'));
  const { value } = (answers[2] as Answered).data as { value: string };
  const as = { authorization: `PVEAPIToken=ci@pve!one=${value}` };
  expect((await ask(proxmox, 'GET access/permissions', {}, as)).data).toEqual({
    '/vms/100': { 'Sys.Audit': 1, 'VM.Audit': 1 },
  });
  expect((await ask(proxmox, 'GET nodes/pve/qemu/100/config', {}, as)).status).toBe(200);
  await pveum(proxmox, "pveum acl delete /vms/100 --token 'ci@pve!one' --role auditor");
  expect((await ask(proxmox, 'GET nodes/pve/qemu/100/config', {}, as)).status).toBe(403);
  await pveum(proxmox, 'pveum user delete ci@pve');
  expect((await ask(proxmox, 'GET version', {}, as)).reason).toBe("no such user ('ci@pve')");
});

test.each([
  ['8.4.1', 'VM.Monitor', '200 OK'],
  ['8.4.1', 'VM.GuestAgent.Audit', '400 Parameter verification failed.'],
  ['9.0.3', 'VM.Monitor', '400 Parameter verification failed.'],
  ['9.0.3', 'VM.GuestAgent.Audit', '200 OK'],
])('%s has %s: %s', async (version, privilege, expected) => {
  const { status, reason } = await pveum(await simulator(version), `pveum role add r --privs ${privilege}`);
  expect(`${status} ${reason}`).toBe(expected);
});

test('a command that nobody has is no success', async () => {
  const proxmox = await simulator('9.0.3');
  await expect(pveum(proxmox, 'pveum role grant r')).rejects.toThrow('no such command: pveum role grant r');
  expect((await pveum(proxmox, 'pveum acl modify / --user ci@pve --role nothing')).errors).toEqual({
    roles: "role 'nothing' does not exist",
  });
});
