/** What stands between a plan and its apply. */
import { describe, expect, test } from 'vitest';
import { filesOf, guestsOf } from '../../../scripts/proxmox/answers.ts';
import { filesToMake, foreignFiles, foreignGuests, idsToMake } from '../../../scripts/tofu/plan/foreign.ts';
import { otherOwner } from '../../../scripts/tofu/plan/owner.ts';
import { readPlan, type Plan } from '../../../scripts/tofu/plan/read.ts';
import { basisText, readBasis, staleness, stateMark, type PlanBasis } from '../../../scripts/tofu/plan/saved.ts';
import { planJson, vm } from '../../support/plan-json.ts';

function planOf(...resources: readonly object[]): Plan {
  const plan = readPlan(planJson(...resources));
  if (!plan.ok) throw new Error('unreadable');
  return plan.value;
}

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

  test('an image of the same name on the same node is refused', () => {
    const iso = { datastore_id: 'local', content_type: 'iso', file_name: 'talos.iso', node_name: 'pve' };
    const download = { type: 'proxmox_download_file', address: 'proxmox_download_file.a' };
    const files = filesToMake(planOf({ ...download, change: { actions: ['create'], before: null, after: iso } }));
    expect(files).toMatchObject([{ volume: 'local:iso/talos.iso', node: 'pve', storage: 'local', content: 'iso' }]);
    const stored = [{ volid: 'local:iso/talos.iso' }, { volid: 'local:iso/x.iso' }];
    expect(foreignFiles(files, filesOf(stored, 'pve'))).toMatchObject([{ code: 'image-there' }]);
    expect(foreignFiles(files, filesOf(stored, 'pve2'))).toEqual([]);
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
