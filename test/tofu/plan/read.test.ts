import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../scripts/tofu/plan/read.ts';
import { summaryOf } from '../../../scripts/tofu/plan/summary.ts';
import { planData, planMarkdown, planText } from '../../../scripts/tofu/plan/told.ts';
import { planJson, vm } from '../../support/plan-json.ts';

const asIs = (text: string): string => text;

function summary(...resources: readonly object[]) {
  const plan = readPlan(planJson(...resources));
  if (!plan.ok) throw new Error('unreadable');
  return summaryOf(plan.value, asIs);
}

const textOf = (...resources: readonly object[]): readonly string[] =>
  planText(summary(...resources), 'infrastructure/tofu').map(({ text }) => text);

describe('a plan', () => {
  test.each(['', 'x', '[]', '{"format_version": "2.0"}'])('that is none is refused: %j', (text) => {
    expect(readPlan(text)).toMatchObject({ ok: false, problems: [{ code: 'plan-unreadable' }] });
  });

  test('is told with the worst first, and counted', () => {
    const told = textOf(
      vm('wk-3', ['create'], null, { vm_id: 113 }),
      vm('wk-1', ['update'], { vm_id: 111, cpu: [{ cores: 2 }] }, { vm_id: 111, cpu: [{ cores: 4 }] }),
      vm('wk-2', ['delete'], { vm_id: 112 }, null, { action_reason: 'delete_because_each_key' }),
      vm('same', ['no-op'], { vm_id: 1 }, { vm_id: 1 }),
    );
    expect(told).toEqual([
      'destroy  VM wk-2 (id 112): it is no longer in the list',
      'create   VM wk-3 (id 113)',
      'change   VM wk-1 (id 111): cpu[0].cores: 2 → 4',
      'infrastructure/tofu: 1 to destroy, 1 to create, 1 to change',
    ]);
  });

  test('says what forces a replacement, and what that costs a control plane', () => {
    const reason = { action_reason: 'replace_because_cannot_update' };
    const change = { replace_paths: [['vm_id']] };
    const before = { vm_id: 101, tags: ['controller', 'talos'], cpu: [{ cores: 2 }] };
    const told = textOf(
      vm('cp-1', ['delete', 'create'], before, { ...before, vm_id: 201, cpu: [{ cores: 4 }] }, reason, change),
    );
    expect(told).toEqual([
      'replace  VM cp-1 (id 101): it cannot be changed as it stands, vm_id: 101 → 201',
      'The control plane loses VM cp-1 (id 101): etcd loses a member with its disk',
      'infrastructure/tofu: 1 to replace',
    ]);
  });

  test('tells a machine that only has another name', () => {
    const address = 'proxmox_virtual_environment_vm.talos_node["old"]';
    const told = textOf(vm('new', ['no-op'], { vm_id: 1 }, { vm_id: 1 }, { previous_address: address }));
    expect(told).toEqual([`rename  VM new (id 1): was ${address}`, 'infrastructure/tofu: 1 renamed']);
  });

  test('shows nothing that OpenTofu marks as sensitive, and nothing that the caller hides', () => {
    const marks = { before_sensitive: { user: [{ password: true }] }, after_sensitive: { user: [{ password: true }] } };
    const before = { vm_id: 1, user: [{ password: 'one' }], note: 'old-secret' };
    const after = { vm_id: 1, user: [{ password: 'two' }], note: 'new-secret' };
    const plan = readPlan(planJson(vm('a', ['update'], before, after, {}, marks)));
    if (!plan.ok) throw new Error('unreadable');
    expect(JSON.stringify(plan.value.resources.map(({ before, after }) => [before, after]))).not.toMatch(/one|two/);
    const told = summaryOf(plan.value, (text) => text.replaceAll(/(old|new)-secret/g, '***'));
    expect(told.lines[0]?.details).toEqual(['user[0].password: (sensitive) → (sensitive)', 'note: "***" → "***"']);
    expect(JSON.stringify(planData(told, 'd'))).not.toMatch(/one|two|secret"/);
  });

  test('tells what is known only after the apply', () => {
    const change = { after_unknown: { ipv4: true } };
    expect(summary(vm('a', ['update'], { ipv4: ['10.0.0.1'] }, {}, {}, change)).lines[0]?.details).toEqual([
      'ipv4: ["10.0.0.1"] → (known after apply)',
    ]);
  });

  test('is a table for a pull request, in which no value makes markup', () => {
    const told = summary(vm('a', ['update'], { note: 'x' }, { note: '|<b>`@team`' }));
    expect(planMarkdown(told, 'infrastructure/tofu')).toBe(
      [
        '**OpenTofu plan for `infrastructure/tofu`:** 1 to change',
        '',
        '| | what | details |',
        '|---|---|---|',
        String.raw`| change | VM a | note: "x" → "\|&lt;b>&#96;&#64;team&#96;" |`,
        '',
      ].join('\n'),
    );
  });

  test('tells what others have changed, but not what a machine got by being made', () => {
    const drift = [
      vm('made', ['update'], { ipv4_addresses: [] }, { ipv4_addresses: [['10.0.0.1']] }),
      vm('by-hand', ['update'], { cpu: [{ cores: 2 }] }, { cpu: [{ cores: 8 }] }),
      vm('gone', ['delete'], {}, null),
      vm('renamed', ['no-op'], { a: 1 }, { a: 1 }),
    ];
    const plan = readPlan(JSON.stringify({ format_version: '1.2', resource_drift: drift }));
    expect(plan).toMatchObject({
      ok: true,
      value: { drifted: ['by-hand', 'gone'].map((name) => expect.stringContaining(name)), isOfStateAlone: true },
    });
    const kept = JSON.stringify({ format_version: '1.2', resource_drift: drift, resource_changes: drift.slice(3) });
    expect(readPlan(kept)).toMatchObject({ value: { isOfStateAlone: false } });
  });

  test('that changes nothing says so', () => {
    expect(textOf()).toEqual(['infrastructure/tofu: nothing to change']);
    expect(planMarkdown(summary(), 'd')).toBe('**OpenTofu plan for `d`:** nothing to change\n');
  });
});
