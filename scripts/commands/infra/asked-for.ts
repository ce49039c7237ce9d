/** What an apply is about to ask Proxmox VE for, noted before it does: the answer may be lost, and the thing be there. */
import { Exit, must } from '../../problem.ts';
import { readAskedFor, writeAskedFor } from '../../system/asked-for.ts';
import { filesToMake, type Download } from '../../tofu/plan/foreign.ts';
import { machinesToMake, type Machine } from '../../tofu/plan/made.ts';
import type { Context } from '../context.ts';
import type { OpenPlan } from './saved.ts';

type Wanted = Machine | Download;

/** Before an apply: if it ends badly, what it asked for is ours where the next one finds it. */
export async function noteAskedFor({ root }: Context, open: OpenPlan): Promise<void> {
  const wanted = wantedBy(open);
  if (wanted.length === 0) return;
  must(await writeAskedFor(root, new Set([...(await readAskedFor(root)), ...wanted])), Exit.refusedInput);
}

/** After it has ended well, all of it is in the state. */
export async function forgetAskedFor({ root }: Context, open: OpenPlan): Promise<void> {
  const wanted = new Set(wantedBy(open));
  if (wanted.size === 0) return;
  const left = [...(await readAskedFor(root))].filter((one) => !wanted.has(one));
  must(await writeAskedFor(root, new Set(left)), Exit.refusedInput);
}

/** Whether an apply that did not end well asked for it. */
export async function askedBefore({ root }: Context, { call }: OpenPlan): Promise<(wanted: Wanted) => boolean> {
  const asked = await readAskedFor(root);
  return (wanted) => asked.has(textOf(call, wanted));
}

const wantedBy = ({ plan, call }: OpenPlan): readonly string[] =>
  [...filesToMake(plan), ...machinesToMake(plan)].map((wanted) => textOf(call, wanted));

/** With the address of its Proxmox VE, for another one has machines of its own. */
function textOf({ instance }: OpenPlan['call'], wanted: Wanted): string {
  const what = 'volume' in wanted ? `${wanted.node} ${wanted.volume}` : wanted.address;
  return `${instance.proxmox?.url} ${what}`;
}
