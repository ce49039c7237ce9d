/** What stands between a plan and its apply. */
import { describe, expect, test } from 'vitest';
import { filesOf, guestsOf, macsOf } from '../../../scripts/proxmox/answers.ts';
import { adoptions, importText, notInPlace } from '../../../scripts/tofu/plan/adopt.ts';
import {
  filesForgotten,
  filesLost,
  filesToTake,
  foreignFiles,
  foreignGuests,
} from '../../../scripts/tofu/plan/foreign.ts';
import { ghosts, idsToMake, mayReuseIds } from '../../../scripts/tofu/plan/ids.ts';
import { isSame, machinesToMake, strangers, strangerTaken, twins } from '../../../scripts/tofu/plan/made.ts';
import { unforeseen } from '../../../scripts/tofu/plan/foreseen.ts';
import { otherOwner } from '../../../scripts/tofu/plan/owner.ts';
import { readPlan, type Plan } from '../../../scripts/tofu/plan/read.ts';
import { basisText, readBasis, staleness, stateMark, type PlanBasis } from '../../../scripts/tofu/plan/saved.ts';
import { machinesIn } from '../../../scripts/tofu/state.ts';
import { planJson, vm } from '../../support/plan-json.ts';

function planOf(...resources: readonly object[]): Plan {
  const plan = readPlan(planJson(...resources));
  if (!plan.ok) throw new Error('unreadable');
  return plan.value;
}

const ISO = { datastore_id: 'local', content_type: 'iso', file_name: 'talos.iso', node_name: 'pve' };

describe('whose machines a plan would touch', () => {
  const plan = planOf(
    vm('new', ['create'], null, { vm_id: 110 }),
    vm('any', ['create'], null, {}),
    vm('again', ['delete', 'create'], { vm_id: 111 }, { vm_id: 111 }),
    vm('other', ['delete', 'create'], { vm_id: 112 }, { vm_id: 212 }),
    vm('there', ['update'], { vm_id: 113 }, { vm_id: 113 }),
    vm('adopted', ['create'], null, { vm_id: 114 }, {}, { importing: { id: 'pve/114' } }),
  );

  test('only ids that it would take anew are asked for', () => {
    expect([...idsToMake(plan).keys()]).toEqual([110, 212]);
  });

  test('an id that belongs to somebody is refused with the name of who has it', () => {
    const guests = guestsOf([{ vmid: 110, name: 'db', node: 'pve2' }, { vmid: 113, node: 'pve' }, { vmid: 'x' }, null]);
    const found = foreignGuests(idsToMake(plan), guests, new Set([212]));
    expect(found.map(({ code, message }) => [code, message.replace(/^\S+ /, '')])).toEqual([
      ['vm-id-taken', 'wants the VM id 110, which belongs to db on pve2'],
      ['vm-id-taken', 'wants the VM id 212, which belongs to a guest that this token may not see'],
    ]);
    expect(foreignGuests(idsToMake(plan), [], new Set())).toEqual([]);
  });

  test('an id that another machine gives up is not free yet', () => {
    const swap = planOf(vm('gone', ['delete'], { vm_id: 111 }, null), vm('instead', ['create'], null, { vm_id: 111 }));
    expect([...idsToMake(swap).keys()]).toEqual([111]);
  });

  test.each([
    ['one goes, another one comes', [vm('a', ['delete'], { vm_id: 1 }, null), vm('b', ['create'], null, {})], true],
    ['two are replaced', ['a', 'b'].map((name) => vm(name, ['delete', 'create'], { vm_id: 1 }, {})), true],
    ['one is replaced', [vm('a', ['delete', 'create'], { vm_id: 1 }, {})], false],
    ['its id is known', [vm('a', ['delete'], { vm_id: 1 }, null), vm('b', ['create'], null, { vm_id: 2 })], false],
    ['none goes', [vm('a', ['update'], { vm_id: 1 }, { vm_id: 1 }), vm('b', ['create'], null, {})], false],
  ])('an id may be given away at once where %s: %#', (_, resources, expected) => {
    expect(mayReuseIds(planOf(...resources))).toBe(expected);
  });

  test.each(['no-op', 'update'])('a machine that goes is told that is another one, which stays (%s)', (action) => {
    const [gone, stays] = [vm('a', ['delete'], { vm_id: 7 }, null), vm('b', [action], { vm_id: 7 }, { vm_id: 7 })];
    expect(ghosts(planOf(gone, stays))).toMatchObject([{ id: 7, address: expect.stringContaining('"a"') as string }]);
    expect(ghosts(planOf(gone, vm('b', [action], { vm_id: 8 }, { vm_id: 8 })))).toEqual([]);
    expect(ghosts(planOf(gone, vm('b', ['delete'], { vm_id: 7 }, null)))).toEqual([]);
  });

  test('an image of the same name on the same node is refused', () => {
    const download = { type: 'proxmox_download_file', address: 'proxmox_download_file.a' };
    const files = filesToTake(planOf({ ...download, change: { actions: ['create'], before: null, after: ISO } }));
    expect(files).toMatchObject([{ volume: 'local:iso/talos.iso', node: 'pve', storage: 'local', content: 'iso' }]);
    const stored = [{ volid: 'local:iso/talos.iso' }, { volid: 'local:iso/x.iso' }];
    expect(foreignFiles(files, filesOf(stored, 'pve'))).toMatchObject([{ code: 'image-there' }]);
    expect(foreignFiles(files, filesOf(stored, 'pve2'))).toEqual([]);
  });

  const iso = { ...ISO, file_name: 'a.iso' };
  const other = { ...ISO, file_name: 'b.iso' };
  const file = (name: string, actions: readonly string[], before: object | null, after: object | null): object => ({
    type: 'proxmox_download_file',
    address: `proxmox_download_file.${name}`,
    change: { actions, before, after },
  });

  test.each([
    ['made anew before it goes', [file('x', ['create', 'delete'], iso, iso)], ['image-lost']],
    ['made anew after it went', [file('x', ['delete', 'create'], iso, iso)], []],
    ['another one is made first', [file('x', ['create', 'delete'], iso, other)], []],
    ['made by another resource', [file('x', ['delete'], iso, null), file('y', ['create'], null, iso)], ['image-lost']],
    ['deposed, and in use', [file('x', ['no-op'], iso, iso), file('x', ['delete'], iso, null)], ['image-lost']],
    ['destroyed', [file('x', ['delete'], iso, null), file('y', ['no-op'], other, other)], []],
  ])('an image is not lost, nor is an own one foreign: %s', (_, resources, codes) => {
    const plan = planOf(...resources);
    expect(filesLost(plan).map(({ code }) => code)).toEqual(codes);
    expect(filesToTake(plan).filter(({ volume }) => volume.endsWith('a.iso'))).toEqual([]);
  });
});

describe('an image that the plan did not find', () => {
  const address = 'proxmox_download_file.talos_iso["x"]';
  const attributes = { node_name: 'pve', datastore_id: 'local', content_type: 'iso', file_name: 'talos.iso' };
  const instances = [{ index_key: 'x', attributes }];
  const state = JSON.stringify({
    version: 4,
    resources: [{ type: 'proxmox_download_file', name: 'talos_iso', instances }],
  });
  const forgotten = (present: readonly string[], ...changes: readonly object[]): readonly string[] => {
    const root_module = { child_modules: [{ resources: present.map((one) => ({ address: one })) }] };
    const plan = { ...(JSON.parse(planJson(...changes)) as object), prior_state: { values: { root_module } } };
    const read = readPlan(JSON.stringify(plan));
    return read.ok ? filesForgotten(read.value, state).map(({ volume }) => volume) : ['unreadable'];
  };

  test('is told, with where it lies', () => {
    expect(forgotten([])).toEqual(['local:iso/talos.iso']);
    expect(forgotten(['another'])).toEqual(['local:iso/talos.iso']);
  });

  test('is none that a plan for other resources alone says nothing of, nor one that has another address now', () => {
    expect(forgotten([address])).toEqual([]);
    const moved = {
      address: 'new',
      previous_address: address,
      type: 'proxmox_download_file',
      change: { actions: ['no-op'] },
    };
    expect(forgotten(['new'], moved)).toEqual([]);
  });
});

describe('whether a VM is the one that an apply made', () => {
  const wanted = { vm_id: 110, node_name: 'pve', network_device: [{ mac_address: 'BC:24:11:00:00:01' }] };
  const [machine, ...others] = machinesToMake(
    planOf(vm('new', ['create'], null, wanted), vm('there', ['update'], wanted, wanted)),
  );
  const it = { id: 110, name: 'new', node: 'pve', isContainer: false, isRunning: true, macs: ['bc:24:11:00:00:01'] };
  const known = machinesIn(
    JSON.stringify({
      version: 4,
      resources: [
        {
          mode: 'managed',
          type: 'proxmox_virtual_environment_vm',
          name: 'talos_node',
          instances: [{ index_key: 'new', status: 'tainted', attributes: { id: '110', vm_id: null } }],
        },
        { mode: 'managed', type: 'proxmox_download_file', name: 'x', instances: [{ attributes: { id: '7' } }] },
      ],
    }),
  );

  test('a state without machines has none', () => {
    expect(others).toEqual([]);
    expect(machinesIn('')).toEqual([]);
    expect(known).toEqual([{ address: machine?.address, index: 'new', id: 110 }]);
  });

  test.each<[string, object, isOurs: boolean, isForeign: boolean]>([
    ['all is as planned', {}, true, false],
    ['it has another name', { name: 'other' }, false, true],
    ['it is on another host', { node: 'pve2' }, false, true],
    ['it has another MAC address', { macs: ['BC:24:11:00:00:02'] }, false, true],
    ['its MAC address is not told', { macs: [] }, false, false],
    ['it has another id', { id: 7 }, true, false],
  ])('%s', (_, difference, isOurs, isForeign) => {
    const guest = { ...it, ...difference };
    expect(machine && isSame(machine, guest)).toBe(isOurs);
    expect(machine && strangers([machine], known, [guest]).length > 0).toBe(isForeign);
  });

  test.each<[string, object, boolean]>([
    ['it has another id', { id: 7 }, true],
    ['it has the id of the plan', {}, false],
    ['the state knows it', { id: 113 }, false],
    ['it has another MAC address, too', { id: 7, macs: [] }, false],
  ])('a machine is there already: %s', (_, difference, isTwin) => {
    const plan = planOf(vm('new', ['create'], null, wanted), vm('there', ['no-op'], { vm_id: 113 }, { vm_id: 113 }));
    const found = twins(machinesToMake(plan), [{ ...it, ...difference }], plan);
    expect(found.map(({ code }) => code)).toEqual(isTwin ? ['machine-there'] : []);
  });

  test('a stranger that could not be taken out of the state is told with the command that does', () => {
    const stranger = { address: machine?.address ?? '', guest: { ...it, name: 'db' } };
    expect(strangerTaken(stranger, true).hint).not.toContain('state rm');
    expect(strangerTaken(stranger, false).hint).toContain(`tofu state rm '${stranger.address}'`);
    expect(strangerTaken(stranger, false).message).toContain('110 was given to db on pve');
  });
});

describe('whose state it is', () => {
  const state = planOf(
    vm('a', ['delete'], {}, null),
    vm('b', ['no-op'], {}, {}),
    vm('c', ['delete'], {}, null),
    vm('new', ['create'], null, {}),
  );

  test.each([
    [['a', 'b', 'c'], null],
    [['a', 'b'], null],
    [['b', 'new'], 'state-of-another'],
    [[], 'state-of-another'],
  ])('known are %j', (names, code) => {
    expect(otherOwner(state, new Set(names))?.code ?? null).toBe(code);
  });

  test('an empty one is nobody else’s', () => {
    expect(otherOwner(planOf(vm('new', ['create'], null, {})), new Set())).toBeNull();
  });
});

describe('the basis of a plan', () => {
  const basis: PlanBasis = { files: { 'main.tf': 'a', gone: 'b' }, tofu: '1.12.6', state: { lineage: 'l', serial: 3 } };

  test('is read as it was written, and nothing else is one', () => {
    expect(readBasis(basisText(basis))).toEqual(basis);
    expect(readBasis(basisText({ ...basis, state: null }))).toEqual({ ...basis, state: null });
    for (const text of ['', '{}', '[]', '{"schema": 2, "files": {}, "tofu": ""}']) expect(readBasis(text)).toBeNull();
  });

  test('tells everything that has changed since', () => {
    expect(staleness(basis, basis)).toBeNull();
    const now = { files: { 'main.tf': 'x', new: 'y' }, tofu: '1.13.0', state: { lineage: 'l', serial: 4 } };
    expect(staleness(basis, now)?.message).toBe(
      'the plan is of another time: gone is gone; main.tf has changed; new is new; it was made by OpenTofu 1.12.6, and this is 1.13.0; the state has changed since (serial 3 → 4)',
    );
    expect(staleness(basis, { ...basis, state: null })?.message).toContain('the state is another one now');
  });

  test('knows where a state stands', () => {
    expect(stateMark('{"lineage": "l", "serial": 3, "resources": []}')).toEqual({ lineage: 'l', serial: 3 });
    for (const text of ['', '{}', '<html>']) expect(stateMark(text)).toBeNull();
  });
});

describe('what configure did not tell of', () => {
  const because = { action_reason: 'replace_because_cannot_update' };
  const replaced = (path: string, more: object): object =>
    vm('a', ['delete', 'create'], { [path]: 1 }, { [path]: 2 }, more, { replace_paths: [[path]] });

  test.each<[string, object, boolean]>([
    ['another id', replaced('vm_id', because), false],
    ['another attribute', replaced('efi_disk', because), true],
    ['-replace', replaced('efi_disk', { action_reason: 'replace_by_request' }), false],
    ['a node that went', vm('gone', ['delete'], {}, null), false],
    ['a node that is there', vm('a', ['delete'], {}, null), true],
    ['a change in place', vm('a', ['update'], { x: 1 }, { x: 2 }), false],
  ])('%s', (_, resource, isTold) => {
    const codes = unforeseen(planOf(resource), new Set(['a'])).map(({ code }) => code);
    expect(codes).toEqual(isTold ? ['loss-unforeseen'] : []);
  });
});

describe('adopting', () => {
  const guest = (id: number, node: string, ...macs: string[]) => ({
    id,
    node,
    name: `vm-${id}`,
    isContainer: false,
    isRunning: true,
    macs,
  });
  const existing = [guest(101, 'pve', 'BC:24:11:00:00:01'), guest(102, 'pve2', 'BC:24:11:00:00:02')];

  test('finds a machine by its MAC address before its id', () => {
    const found = adoptions(
      [
        { name: 'a', id: 102, mac: 'bc:24:11:00:00:01' },
        { name: 'b', id: 102, mac: null },
        { name: 'c', id: 999, mac: 'bc:24:11:00:00:09' },
      ],
      existing,
    );
    expect(found.map(({ name, guest: { id }, by }) => [name, id, by])).toEqual([
      ['a', 101, 'MAC address'],
      ['b', 102, 'VM id'],
    ]);
    expect(importText(found)).toContain(
      'import {\n  to = proxmox_virtual_environment_vm.talos_node["b"]\n  id = "pve2/102"\n}\n',
    );
  });

  test.each<[string, object, readonly string[]]>([
    ['stays', vm('a', ['no-op'], {}, {}, {}, { importing: {} }), []],
    ['grows', vm('a', ['update'], { disk: [{ size: 32 }] }, { disk: [{ size: 64 }] }, {}, { importing: {} }), []],
    [
      'shrinks',
      vm('a', ['update'], { disk: [{ size: 64 }] }, { disk: [{ size: 32 }] }, {}, { importing: {} }),
      ['adopt-not-in-place'],
    ],
    [
      'is replaced',
      vm('a', ['delete', 'create'], { node_name: 'x' }, { node_name: 'y' }, {}, { importing: {} }),
      ['adopt-not-in-place'],
    ],
  ])('a machine that %s', (_, resource, codes) => {
    expect(notInPlace(planOf(resource)).map(({ code }) => code)).toEqual(codes);
  });

  test('knows the addresses of a VM by its settings', () => {
    expect(macsOf({ net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0', net1: 'x', name: 'BC:24:11:00:00:02' })).toEqual([
      'BC:24:11:00:00:01',
    ]);
  });
});
