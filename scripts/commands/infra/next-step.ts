/** After an apply that made machines: they wait for what they shall be. */
import { machinesToMake } from '../../tofu/plan/made.ts';
import type { Context } from '../context.ts';
import { readFileOf } from '../sealed-files.ts';
import { BUNDLE_FILE } from '../talos/bundle.ts';
import type { OpenPlan } from './saved.ts';

export async function tellNextStep(context: Context, { plan }: OpenPlan): Promise<void> {
  if (machinesToMake(plan).length === 0) return;
  const isCluster = (await readFileOf(context, BUNDLE_FILE)) !== null;
  const next = isCluster ? 'talos apply' : 'bootstrap talos';
  context.reporter.line(`Next, for the machines that wait in maintenance mode now:\n  ${context.call} ${next}`);
}
