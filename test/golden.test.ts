/**
 * What each scenario renders to, byte by byte, so that a change of a template shows as a diff of its output.
 * To renew the trees: `npx vitest run test/golden.test.ts -u`. Secrets in them are clear text, and fakes.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../scripts/render/verify.ts';
import { ROOT } from './support/copy.ts';
import { renderScenario, scenarios } from './support/render.ts';

const GOLDEN = join(ROOT, 'test/golden');

describe.each(scenarios)('%s', (scenario) => {
  test('renders to its golden tree', async () => {
    const { artifacts } = await renderScenario(scenario);
    for (const { path, bytes } of artifacts) {
      await expect(new TextDecoder().decode(bytes)).toMatchFileSnapshot(join(GOLDEN, scenario, path));
    }
  });

  test('has nothing in its golden tree that is not rendered', async () => {
    const { artifacts } = await renderScenario(scenario);
    const made = new Set(artifacts.map(({ path }) => join(GOLDEN, scenario, path)));
    expect(filesBelow(join(GOLDEN, scenario)).filter((file) => !made.has(file))).toEqual([]);
  });

  test('is verified without a finding', async () => {
    const { artifacts, model } = await renderScenario(scenario);
    expect(await verify(artifacts, model)).toEqual([]);
  });

  test('is the same when it is rendered again', async () => {
    const [once, again] = [await renderScenario(scenario), await renderScenario(scenario)];
    const files = ({ artifacts }: typeof once): unknown => artifacts.map(({ path, bytes }) => [path, bytes]);
    expect(files(again)).toEqual(files(once));
  });
});

test('no golden tree is left of a scenario that is gone', () => {
  expect(readdirSync(GOLDEN).filter((name) => !scenarios.includes(name))).toEqual([]);
});

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
