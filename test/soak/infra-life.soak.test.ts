import { describe, expect, test } from 'vitest';
import { liveThrough, NOTHING } from '../support/lived.ts';
import { scenarioTexts, virtualScenarios } from '../support/render.ts';
import { realTool } from '../support/tools.ts';

describe.skipIf(realTool('tofu') === null)('the machines of every scenario live as foretold', () => {
  test.each(virtualScenarios)('%s', async (name) => {
    expect(await liveThrough(await scenarioTexts(name))).toEqual(NOTHING);
  });

  test('fifty machines', async () => {
    const { cluster } = await scenarioTexts('minimal');
    const nodes = Array.from({ length: 50 }, (_, index) => ({
      name: `node-${index + 1}`,
      address: `10.0.0.${100 + index}`,
      controller: index < 3,
    }));
    expect(await liveThrough({ cluster, nodes: JSON.stringify({ nodes }) })).toEqual(NOTHING);
  });
});
