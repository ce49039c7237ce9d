import { describe, expect, test } from 'vitest';
import { changeLines, outlook, summaryLine } from '../../scripts/changes/summary.ts';
import type { Change, Sealed } from '../../scripts/types.ts';

const change = (kind: Change['kind'], path: string): Change =>
  kind === 'create' || kind === 'update' ? { kind, path, sealed: {} as Sealed } : { kind, path };

const CHANGES = [
  change('create', 'a.tf'),
  change('update', 'b.tf'),
  change('keep', 'c.tf'),
  change('keep', 'd.tf'),
  change('delete', 'e.tf'),
];

describe('changeLines', () => {
  test('one line per file that changes, in columns', () => {
    expect(changeLines(CHANGES)).toEqual([
      { kind: 'create', text: 'created  a.tf' },
      { kind: 'update', text: 'updated  b.tf' },
      { kind: 'delete', text: 'deleted  e.tf' },
    ]);
    expect(changeLines([change('create', 'a.tf'), change('keep', 'b.tf')])).toEqual([
      { kind: 'create', text: 'created  a.tf' },
    ]);
    expect(changeLines([])).toEqual([]);
  });

  test('of what was not done', () => {
    expect(changeLines(CHANGES, false).map(({ text }) => text)).toEqual([
      'would create  a.tf',
      'would update  b.tf',
      'would delete  e.tf',
    ]);
    expect(outlook(CHANGES)).toBe('1 to create, 1 to update, 1 to delete, 2 unchanged');
  });
});

describe('summaryLine', () => {
  test('counts what was done', () => {
    expect(summaryLine(CHANGES)).toBe('1 created, 1 updated, 1 deleted, 2 unchanged');
    expect(summaryLine([])).toBe('0 created, 0 updated, 0 deleted, 0 unchanged');
  });
});
