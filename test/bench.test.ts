import { expect, test } from 'vitest';
import { measure, spread } from '../bench/measure.ts';
import { section, withSection } from '../bench/results.ts';

test('both sides run by turns, after a round that does not count', () => {
  const calls: string[] = [];
  const call = (name: string) => () => void calls.push(name);
  const cases = [
    { what: 'one', prepare: call('prepare'), ours: call('ours'), theirs: call('theirs') },
    { what: 'two', ours: call('ours 2'), theirs: call('theirs 2') },
  ];
  expect(measure(cases, 2).map(({ what }) => what)).toEqual(['one', 'two']);
  const [oursFirst, theirsFirst] = [
    ['prepare', 'ours', 'theirs', 'ours 2', 'theirs 2'],
    ['prepare', 'theirs', 'ours', 'theirs 2', 'ours 2'],
  ];
  expect(calls).toEqual([...(theirsFirst ?? []), ...(oursFirst ?? []), ...(theirsFirst ?? [])]);
});

test('the median is one that was measured', () => {
  expect(spread([9, 1, 5])).toEqual({ least: 1, median: 5, most: 9 });
});

test('a section takes the place of the one before, and leaves the others', () => {
  const measured = [
    { what: 'x', ours: spread([10]), theirs: spread([40]), ratio: spread([0.25]), processor: spread([0.5]) },
  ];
  const made = (name: string, load: string) =>
    section({ name, load, against: 'sops 3', conditions: 'Node 20', measured });
  const page = withSection(withSection(null, made('one', 'first.')), made('two', 'second.'));
  expect(page).toContain('| x | **0.25 (0.25–0.25)** | 0.50 (0.50–0.50) | 10 (10–10) | 40 (40–40) |');
  const again = withSection(page, made('one', 'third.'));
  expect(again).toBe(page.replace('first.', 'third.'));
});
