/** What was rendered last, beside nodes.yaml as somebody has it who has no cluster.yaml. */
import { expect, test } from 'vitest';
import { machinesUnlike, snapshotOf } from '../../scripts/changes/snapshot.ts';
import { renderScenario, scenarioTexts, virtualScenarios, writtenIn } from '../support/render.ts';

test.each(virtualScenarios)('%s: nodes.yaml says of each machine what was rendered of it', async (name) => {
  const { model, artifacts } = await renderScenario(name);
  const written = writtenIn(await scenarioTexts(name));
  const unlike = model.instances.map((instance) => machinesUnlike(snapshotOf(model, instance, artifacts), written));
  expect(unlike).toEqual([[]]);
});
