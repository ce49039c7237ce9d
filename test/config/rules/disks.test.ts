import { describe, expect, test } from 'vitest';
import { BARE, codes, controller, nodes, PROXMOX, said } from '../../support/rule-inputs.ts';

const found = (more: string): readonly string[] => codes(PROXMOX, nodes(controller('a', 2, more)));

describe('the disk', () => {
  test.each([
    ['', []],
    [', disk: /dev/nvme0n1', []],
    [', disk_selector: {type: ssd}', []],
    [', disk: /dev/sda, disk_selector: {type: ssd}', ['disk-and-selector']],
    [', disk_selector: {}', ['disk-selector-empty']],
    [', disk_selector: {typo: ssd}', ['disk-selector-empty', 'unknown-key']],
    [', disk_selector: {type: floppy}', ['not-one-of']],
    [', disk_selector: {size: 100}', ['wrong-type']],
    [', disk_selector: {size: ">= 1.5TB"}', ['bad-format']],
  ])('%j: %j', (more, expected) => {
    expect(found(more).toSorted()).toEqual(expected);
  });

  test('that is described is as good as a named one on bare metal', () => {
    const rest = `, mac_addr: "02:00:00:00:00:01", schematic_id: ${'a'.repeat(64)}`;
    expect(codes(BARE, nodes(controller('a', 2, `, disk_selector: {type: ssd}${rest}`)))).toEqual([]);
    expect(said(BARE, nodes(controller('a', 2, rest)))).toEqual([
      '2 bare-metal-incomplete: nodes[0] (a) is bare metal and needs disk',
    ]);
  });
});
