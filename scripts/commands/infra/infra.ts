/** `nigari infra init` and `nigari infra plan`: OpenTofu with the sealed secrets in its environment. */
import { Exit, must, Refusal } from '../../problem.ts';
import { plainValues } from '../../secrets/mask.ts';
import { openValues } from '../../secrets/variables.ts';
import { readInitInputs } from '../../system/init-record.ts';
import { planCommand } from '../../tofu/commands.ts';
import { missingCredentials, type Secrets } from '../../tofu/environment.ts';
import type { Instance } from '../../types.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { notConfigured, openFile, readFileOf } from '../sealed-files.ts';
import { findTofu, isInitDue, refuseWithout, runTofu, secretsOf, tofuCall, tofuInit, type TofuRun } from './tofu.ts';
import { readConfig, readPlannable } from '../understand.ts';

export async function infraInit(context: Context, args: readonly string[]): CommandResult {
  const call = await prepare(context);
  await tofuInit(context, { ...call, args, shown: true });
  return Exit.done;
}

/** Runs init first where that is due: a plan in a fresh clone just works. */
export async function infraPlan(context: Context, args: readonly string[]): CommandResult {
  const call = await prepare(context, readPlannable);
  refuseWithout(missingCredentials(call.instance, call.secrets, 'plan', context.env));
  if (await isInitDue(context, call.instance))
    await step(context, `tofu init in ${call.instance.directory}`, () => tofuInit(context, call));
  const plan = { ...call, args, shown: true };
  const ended = await runTofu(context, plan, planCommand(tofuCall(context, plan)));
  return ended === 'changes' ? Exit.workToDo : Exit.done;
}

/** The one instance, with its secrets opened in memory. @throws Refusal when there is none, or no tofu, or no key */
async function prepare(context: Context, read = readConfig): Promise<TofuRun> {
  const { model } = await read(context);
  const [instance] = model.instances;
  if (!instance) throw new Refusal([noInstance], Exit.refusedInput);
  const files = must(await readInitInputs(context.root, instance.directory), Exit.refusedInput);
  if (files.size === 0) throw new Refusal([notConfigured(instance.directory, context.call)], Exit.refusedInput);
  const tofu = must(await findTofu(context), Exit.otherProgram);
  const secrets = await openSecrets(context, instance, secretsOf(model.cluster).size > 0);
  return { tofu, instance, secrets, known: plainValues(model) };
}

const noInstance = {
  code: 'no-instance',
  severity: 'error',
  message: 'there is nothing for OpenTofu to do: proxmox_api_url and proxmox_node are not set',
  hint: 'set both in cluster.yaml, then run `nigari configure`',
} as const;

/**
 * @param isSealed whether the inputs hold secrets: without any, nothing is sealed, and the environment may have them
 * @throws Refusal 2 when the file is not there, no key opens it, or it was tampered with
 */
async function openSecrets(context: Context, instance: Instance, isSealed: boolean): Promise<Secrets> {
  const file = await readFileOf(context, instance.secrets_file);
  if (!file && !isSealed) return new Map();
  if (!file) throw new Refusal([notConfigured(instance.secrets_file, context.call)], Exit.refusedInput);
  return must(openValues(await openFile(context, file)), Exit.refusedInput);
}
