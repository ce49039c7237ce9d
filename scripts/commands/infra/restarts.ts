/** After an apply: which machines have settings that count only from their next start, which an apply never causes. */
import type { Problem } from '../../problem.ts';
import { waitingOf } from '../../proxmox/answers.ts';
import { changedGuests } from '../../tofu/plan/changed.ts';
import type { Context } from '../context.ts';
import { askAll, proxmoxOf } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';

/** Of a machine whose settings the token may not read, nothing is told: the apply was done all the same. */
export async function tellRestarts(context: Context, { plan, call }: OpenPlan): Promise<void> {
  const changed = changedGuests(plan);
  const ask = proxmoxOf(context, call);
  if (ask === null) return;
  const paths = changed.map(({ node, id }) => `nodes/${encodeURIComponent(node)}/qemu/${id}/pending`);
  const answers = await askAll(ask, paths);
  const waiting = changed.flatMap(({ name }, index) => {
    const answer = answers[index];
    const settings = answer?.ok ? waitingOf(answer.value) : [];
    return settings.length === 0 ? [] : [`${name} (${settings.join(', ')})`];
  });
  if (waiting.length > 0) context.reporter.problems([restartDue(waiting)]);
}

const restartDue = (waiting: readonly string[]): Problem => ({
  code: 'restart-due',
  severity: 'warning',
  message: `these machines take their new settings only from their next start on: ${waiting.join('; ')}`,
  hint: 'restart one at a time, and the next when it is back, else the cluster loses its quorum: `talosctl reboot --nodes ADDRESS`, or Reboot in Proxmox VE',
});
