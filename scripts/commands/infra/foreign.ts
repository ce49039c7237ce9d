/** Before an apply that makes something: is it there already, and somebody else's? */
import { Exit, must, Refusal, type Checked } from '../../problem.ts';
import { filesOf, guestsOf, type Guest, type StoredFile } from '../../proxmox/answers.ts';
import { readAskedFor, writeAskedFor } from '../../system/asked-for.ts';
import { filesToMake, foreignFiles, foreignGuests, idsToMake, type FileToMake } from '../../tofu/plan/foreign.ts';
import { isSame, machinesToMake, type Machine } from '../../tofu/plan/made.ts';
import { step, type Context } from '../context.ts';
import { askAll, proxmoxOf, withMacs, type Ask } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';

/**
 * What an earlier apply of ours made, and could not write into the state, is no reason to stop.
 * @throws Refusal 2: `vm-id-taken` or `image-there`, with the owner's name; 4 where Proxmox VE does not answer
 */
export async function refuseForeign(context: Context, open: OpenPlan, takeImages: boolean): Promise<void> {
  const { plan, call } = open;
  const ids = idsToMake(plan);
  const isOurs = await askedBefore(context, open);
  const files = filesToMake(plan).filter((file) => !takeImages && !isOurs(fileName(file)));
  const ask = proxmoxOf(context, call);
  if (ask === null || (ids.size === 0 && files.length === 0)) return;
  await step(context, 'Look for what is there already', async () => {
    const guests = ids.size === 0 ? [] : guestsOf(must(await ask('cluster/resources?type=vm'), Exit.otherProgram));
    const machines = machinesToMake(plan).filter(({ address }) => isOurs(address));
    const foreign = await withoutOurs(ask, guests, machines);
    const seen = new Set(guests.map(({ id }) => id));
    const taken = await takenOf(
      ask,
      [...ids.keys()].filter((id) => !seen.has(id)),
    );
    const found = [...foreignGuests(ids, foreign, taken), ...foreignFiles(files, await storedOf(ask, files))];
    if (found.length > 0) throw new Refusal(found, Exit.refusedInput);
  });
}

/** @param machines that were asked for before: those of them that are there are as the plan has them, to the MAC address */
async function withoutOurs(
  ask: Ask,
  guests: readonly Guest[],
  machines: readonly Machine[],
): Promise<readonly Guest[]> {
  const maybe = guests.filter((guest) => machines.some(({ id }) => id === guest.id));
  const known = await withMacs(ask, maybe);
  const ours = new Set(known.filter((guest) => machines.some((one) => isSame(one, guest))).map(({ id }) => id));
  return guests.filter(({ id }) => !ours.has(id));
}

/** What a token may not see is not in any list, but its id is refused all the same (400). */
async function takenOf(ask: Ask, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const answers = await askAll(
    ask,
    ids.map((id) => `cluster/nextid?vmid=${id}`),
  );
  return new Set(ids.filter((_, index) => isTaken(answers[index])));
}

/** @throws Refusal 4 for any other failure: who does not answer may have it */
function isTaken(answer: Checked<unknown> | undefined): boolean {
  if (answer === undefined || answer.ok) return false;
  if (answer.problems.some(({ message }) => message.includes(' 400 '))) return true;
  throw new Refusal(answer.problems, Exit.otherProgram);
}

async function storedOf(ask: Ask, files: readonly FileToMake[]): Promise<readonly StoredFile[]> {
  const places = [...new Map(files.map((file) => [`${file.node} ${file.storage} ${file.content}`, file])).values()];
  const paths = places.map(
    ({ node, storage, content }) =>
      `nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content?content=${content}`,
  );
  const answers = await askAll(ask, paths);
  return answers.flatMap((answer, index) => filesOf(must(answer, Exit.otherProgram), places[index]?.node ?? ''));
}

/** Before an apply: if it ends badly, what it asked for is ours where the next one finds it. */
export async function noteAskedFor({ root }: Context, open: OpenPlan): Promise<void> {
  const asked = asksFor(open);
  if (asked.length === 0) return;
  must(await writeAskedFor(root, new Set([...(await readAskedFor(root)), ...asked])), Exit.refusedInput);
}

/** After it has ended well, all of it is in the state. */
export async function forgetAskedFor({ root }: Context, open: OpenPlan): Promise<void> {
  const asked = new Set(asksFor(open));
  if (asked.size === 0) return;
  const left = [...(await readAskedFor(root))].filter((one) => !asked.has(one));
  must(await writeAskedFor(root, new Set(left)), Exit.refusedInput);
}

async function askedBefore({ root }: Context, { call }: OpenPlan): Promise<(what: string) => boolean> {
  const asked = await readAskedFor(root);
  return (what) => asked.has(`${call.instance.proxmox?.url} ${what}`);
}

const asksFor = ({ plan, call }: OpenPlan): readonly string[] =>
  [...filesToMake(plan).map(fileName), ...machinesToMake(plan).map(({ address }) => address)].map(
    (what) => `${call.instance.proxmox?.url} ${what}`,
  );

const fileName = ({ node, volume }: FileToMake): string => `${node} ${volume}`;
