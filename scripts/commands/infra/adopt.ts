/** `nigari infra adopt`: takes machines that exist into the state, in place, after showing what that changes. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { removeOwnFile, writeOwnFile } from '../../system/own-file.ts';
import { adoptions, guestText, importText, notInPlace, takenTwice, type Adoption } from '../../tofu/plan/adopt.ts';
import { machinesIn } from '../../tofu/state.ts';
import { refuse, step, type CommandResult, type Context } from '../context.ts';
import { applyPlan, type ApplyOptions } from './apply.ts';
import { refuseStale } from './current.ts';
import { initIfDue } from './init.ts';
import { prepare, type Prepared } from './instance.ts';
import { tellPlan } from './plan.ts';
import { guestsNow, proxmoxOf, withMacs } from './proxmox.ts';
import { makePlan } from './saved.ts';
import { runTofu } from './tofu.ts';

export async function infraAdopt(context: Context, options: ApplyOptions): CommandResult {
  const prepared = await prepare(context, 'everything');
  if (!options.staleOk) await refuseStale(context, prepared.manifest);
  await initIfDue(context, prepared);
  const found = await step(context, 'Look for the machines in Proxmox VE', () => findMachines(context, prepared));
  if (found.length === 0) throw new Refusal([nothingFound], Exit.refusedInput);
  refuse(takenTwice(found), Exit.refusedInput);
  for (const one of found) context.reporter.line(foundText(one));
  const { directory } = prepared.instance;
  const file = must(await writeOwnFile(context.root, `${directory}/adopt.tf`, importText(found)), Exit.refusedInput);
  try {
    const plan = await makePlan(context, prepared, [], 'shown');
    refuse(notInPlace(plan.plan), Exit.refusedInput);
    tellPlan(context, plan, 'text');
    // Images that are there already were made for these machines.
    return await applyPlan(context, plan, { ...options, takeImages: true }, []);
  } finally {
    await removeOwnFile(file);
  }
}

/** bpg/proxmox 0.112.0 starts only what it makes itself. */
function foundText({ name, guest, by }: Adoption): string {
  const found = `${name} is ${guestText(guest)}, by its ${by}`;
  return guest.isRunning ? found : `${found}; it is off, and no apply starts it`;
}

/** Those of the project that no state knows yet, and that exist. */
async function findMachines(context: Context, prepared: Prepared): Promise<readonly Adoption[]> {
  const ask = proxmoxOf(context, prepared);
  if (ask === null) throw new Refusal([noProxmox], Exit.refusedInput);
  const state = await runTofu(context, prepared, 'state-pull');
  const known = machinesIn(state.stdout);
  const [names, ids] = [new Set(known.map(({ index }) => index)), new Set(known.map(({ id }) => id))];
  const unknown = prepared.instance.machines.filter(({ name }) => !names.has(name));
  const guests = await guestsNow(ask);
  return adoptions(
    unknown,
    await withMacs(
      ask,
      guests.filter(({ id, isContainer }) => !isContainer && !ids.has(id)),
    ),
  );
}

const nothingFound: Problem = {
  code: 'nothing-to-adopt',
  severity: 'error',
  message: 'Proxmox VE has no machine with the MAC address or VM id of one that is missing in the state',
  hint: 'write vm_id or mac_addr of the existing machines into nodes.yaml, then `nigari configure`',
};

const noProxmox: Problem = {
  code: 'no-proxmox',
  severity: 'error',
  message: 'the files name no Proxmox VE to ask',
  hint: 'set proxmox_api_url in cluster.yaml, then run `nigari configure`',
};
