/** Before an apply that makes something: is it there already, and somebody else's? */
import { Exit, must, Refusal, type Checked } from '../../problem.ts';
import { filesOf, guestsOf, type StoredFile } from '../../proxmox/answers.ts';
import { filesToMake, foreignFiles, foreignGuests, idsToMake, type FileToMake } from '../../tofu/plan/foreign.ts';
import { step, type Context } from '../context.ts';
import { askAll, proxmoxOf, type Ask } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';

/** @throws Refusal 2: `vm-id-taken` or `image-there`, with the owner's name; 4 where Proxmox VE does not answer */
export async function refuseForeign(context: Context, { plan, call }: OpenPlan, takeImages: boolean): Promise<void> {
  const ids = idsToMake(plan);
  const files = takeImages ? [] : filesToMake(plan);
  const ask = proxmoxOf(context, call);
  if (ask === null || (ids.size === 0 && files.length === 0)) return;
  await step(context, 'Look for what is there already', async () => {
    const guests = ids.size === 0 ? [] : guestsOf(must(await ask('cluster/resources?type=vm'), Exit.otherProgram));
    const seen = new Set(guests.map(({ id }) => id));
    const taken = await takenOf(
      ask,
      [...ids.keys()].filter((id) => !seen.has(id)),
    );
    const found = [...foreignGuests(ids, guests, taken), ...foreignFiles(files, await storedOf(ask, files))];
    if (found.length > 0) throw new Refusal(found, Exit.refusedInput);
  });
}

/** What a token may not see is not in any list, but its id is refused all the same (400). */
async function takenOf(ask: Ask, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const answers = await askAll(
    ask,
    ids.map((id) => `cluster/nextid?vmid=${id}`),
  );
  return new Set(ids.filter((_, index) => isTaken(answers[index])));
}

const isTaken = (answer: Checked<unknown> | undefined): boolean =>
  answer?.ok === false && answer.problems.some(({ message }) => message.includes(' 400 '));

async function storedOf(ask: Ask, files: readonly FileToMake[]): Promise<readonly StoredFile[]> {
  const places = [...new Map(files.map((file) => [`${file.node} ${file.storage} ${file.content}`, file])).values()];
  const paths = places.map(
    ({ node, storage, content }) =>
      `nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content?content=${content}`,
  );
  const answers = await askAll(ask, paths);
  return answers.flatMap((answer, index) => filesOf(must(answer, Exit.otherProgram), places[index]?.node ?? ''));
}
