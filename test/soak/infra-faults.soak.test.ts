/** Everything that can go wrong at each kind of request that a life of machines makes: an hour or so. */
import { describe, expect, test } from 'vitest';
import { FAULT_NAMES, mishaps, sufferAll } from '../support/infra-faults.ts';
import { realTool } from '../support/tools.ts';

describe.skipIf(realTool('tofu') === null)('a request to Proxmox VE', () => {
  test.each(FAULT_NAMES)('%s', async (fault) => {
    const all = (await mishaps()).filter((mishap) => mishap.fault === fault);
    expect(all.length).toBeGreaterThan(0);
    expect(await sufferAll(all, 3)).toEqual([]);
  });
});
