/** The rights that `proxmox setup` gives are the least: without any one of them something fails. */
import { describe, expect, test } from 'vitest';
import { NEEDED, PLACES } from '../../scripts/proxmox/privileges.ts';
import { lifeWithout } from '../support/privileges.ts';
import { realTool } from '../support/tools.ts';

const ALL = PLACES.flatMap((place) => Object.keys(NEEDED[place]).map((privilege) => [privilege, place] as const));

describe.skipIf(realTool('tofu') === null)('a life of machines', () => {
  test('succeeds with all of them', async () => {
    expect(await lifeWithout(null, null)).toEqual([]);
  });

  test.each(ALL)('fails without %s for %s', async (privilege, place) => {
    expect(await lifeWithout(privilege, place)).not.toEqual([]);
  });
});
