/** The last stage of `configure`: `tofu init` for each instance that needs it, where it can run. */
import { Refusal, type Problem } from '../../problem.ts';
import { plainValues } from '../../secrets/mask.ts';
import { missingCredentials } from '../../tofu/environment.ts';
import type { Instance, Model } from '../../types.ts';
import { step, type Context } from '../context.ts';
import { isInitDue, tofuInit } from '../infra/init.ts';
import { findTofu, secretsOf } from '../infra/tofu.ts';

/** How the stage ended for one instance. */
export interface Initialised {
  readonly directory: string;
  readonly status: 'done' | 'not due' | 'skipped' | 'failed';
  /** Why it was skipped or failed. */
  readonly problems: readonly Problem[];
}

/** Instances one by one. What keeps init from running is no failure of `configure`: it is said, with the way on. */
export async function initialise(context: Context, model: Model): Promise<readonly Initialised[]> {
  const results: Initialised[] = [];
  for (const instance of model.instances) results.push(await initialiseOne(context, instance, model));
  return results;
}

async function initialiseOne(context: Context, instance: Instance, model: Model): Promise<Initialised> {
  const { directory } = instance;
  const tofu = await findTofu(context);
  if (!tofu.ok) return { directory, status: 'skipped', problems: tofu.problems };
  const isDue = await isInitDue(context, { tofu: tofu.value, instance }, model.cluster.tofu_lock_platforms);
  if (!isDue) return { directory, status: 'not due', problems: [] };
  const secrets = secretsOf(model.cluster);
  const missing = missingCredentials(instance, secrets, 'state', context.env);
  if (missing.length > 0) return { directory, status: 'skipped', problems: missing };
  try {
    const call = { tofu: tofu.value, instance, secrets, known: plainValues(model) };
    await step(context, `tofu init in ${directory}`, () => tofuInit(context, call));
    return { directory, status: 'done', problems: [] };
  } catch (error) {
    if (!(error instanceof Refusal) || error.problems.length === 0) throw error;
    return { directory, status: 'failed', problems: error.problems };
  }
}
