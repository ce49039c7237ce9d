/** Before an apply that makes something: is it there already, and somebody else's? */
import { Exit, must, Refusal, type Checked } from '../../problem.ts';
import { filesOf, type Guest, type StoredFile } from '../../proxmox/answers.ts';
import {
  filesForgotten,
  filesToTake,
  foreignFiles,
  foreignGuests,
  stillThere,
  type Download,
} from '../../tofu/plan/foreign.ts';
import { idsToMake } from '../../tofu/plan/ids.ts';
import { isSame, machinesToMake, twins } from '../../tofu/plan/made.ts';
import { step, type Context } from '../context.ts';
import { askedBefore } from './asked-for.ts';
import { askAll, guestsNow, proxmoxOf, withMacs, type Ask } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';
import { runTofu } from './tofu.ts';

/**
 * What an earlier apply of ours made, and could not write into the state, is no reason to stop.
 * @throws Refusal 2: `vm-id-taken`, `machine-there` or `image-there`, with the owner's name; 4 where Proxmox VE does not answer
 */
export async function refuseForeign(context: Context, open: OpenPlan, takeImages: boolean): Promise<void> {
  const { plan, call } = open;
  const ids = idsToMake(plan);
  const machines = machinesToMake(plan);
  const isOurs = await askedBefore(context, open);
  const files = filesToTake(plan).filter((file) => !takeImages && !isOurs(file));
  const ask = proxmoxOf(context, call);
  if (ask === null || ids.size + machines.length + files.length === 0) return;
  await step(context, 'Look for what is there already', async () => {
    const guests = ids.size + machines.length === 0 ? [] : await guestsNow(ask);
    const alike = await withMacs(
      ask,
      guests.filter((guest) => machines.some(({ id, name }) => id === guest.id || name === guest.name)),
    );
    const ours = machines.filter(isOurs);
    const foreign = guests.filter(
      ({ id }) => !alike.some((one) => one.id === id && ours.some((is) => isSame(is, one))),
    );
    const found = [
      ...foreignGuests(ids, foreign, await takenOf(ask, ids, guests)),
      ...twins(machines, alike, plan),
      ...foreignFiles(files, await storedOf(ask, files)),
    ];
    if (found.length > 0) throw new Refusal(found, Exit.refusedInput);
  });
}

/**
 * Before an apply that takes something out of the state: what it would leave behind, since the provider could not look at it.
 * @throws Refusal 4: `image-forgotten`, or where Proxmox VE does not answer
 */
export async function refuseForgotten(context: Context, { plan, call }: OpenPlan): Promise<void> {
  const ask = proxmoxOf(context, call);
  const isLess = plan.isOfStateAlone || plan.resources.some(({ action }) => action === 'destroy');
  if (ask === null || !isLess) return;
  const state = await runTofu(context, call, 'state-pull');
  const forgotten = filesForgotten(plan, state.stdout);
  const found = stillThere(forgotten, await storedOf(ask, forgotten));
  if (found.length > 0) throw new Refusal(found, Exit.otherProgram);
}

/** What a token may not see is not in any list, but its id is refused all the same (400). */
async function takenOf(
  ask: Ask,
  ids: ReadonlyMap<number, string>,
  seen: readonly Guest[],
): Promise<ReadonlySet<number>> {
  const unseen = [...ids.keys()].filter((id) => !seen.some((guest) => guest.id === id));
  const answers = await askAll(
    ask,
    unseen.map((id) => `cluster/nextid?vmid=${id}`),
  );
  return new Set(unseen.filter((_, index) => isTaken(answers[index])));
}

/** @throws Refusal 4 for any other failure: who does not answer may have it */
function isTaken(answer: Checked<unknown> | undefined): boolean {
  if (answer === undefined || answer.ok) return false;
  if (answer.problems.some(({ message }) => message.includes(' 400 '))) return true;
  throw new Refusal(answer.problems, Exit.otherProgram);
}

async function storedOf(ask: Ask, files: readonly Download[]): Promise<readonly StoredFile[]> {
  const places = [...new Map(files.map((file) => [`${file.node} ${file.storage} ${file.content}`, file])).values()];
  const paths = places.map(
    ({ node, storage, content }) =>
      `nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content?content=${content}`,
  );
  const answers = await askAll(ask, paths);
  return answers.flatMap((answer, index) =>
    isOfNoStorage(answer) ? [] : filesOf(must(answer, Exit.otherProgram), places[index]?.node ?? ''),
  );
}

/** Nothing lies in a storage that Proxmox VE does not have. */
const isOfNoStorage = ({ ok, problems }: Checked<unknown>): boolean =>
  !ok && problems.some(({ message }) => /storage '[^']*' does not exist/.test(message));
