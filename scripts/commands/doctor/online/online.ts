/** `nigari doctor --online`: asks whoever OpenTofu will ask, before it does. Nothing is changed, but for a lock on a name of its own. */
import { problemIn, type Problem } from '../../../problem.ts';
import type { Context } from '../../context.ts';
import { openRendered } from '../../infra/instance.ts';
import type { Row } from '../row.ts';
import { images } from './images.ts';
import type { Opened } from './probe.ts';
import { proxmox } from './proxmox.ts';
import { bareMetalSchematics } from './schematics.ts';
import { state } from './state.ts';

/** For all of it together, in milliseconds. */
const PATIENCE = 9_000;

/** Side by side: one that has nobody to ask keeps no other waiting. */
const PROBES: readonly ((context: Context, opened: Opened) => Promise<readonly Row[]>)[] = [proxmox, state, images];

export async function online(context: Context): Promise<readonly Row[]> {
  const until = Date.now() + PATIENCE;
  const left = (): number => Math.max(1, until - Date.now());
  const limits = { left, env: context.env };
  const bareMetal = await bareMetalSchematics(context, limits);
  if (bareMetal !== null) return bareMetal;
  try {
    const opened = { ...(await openRendered(context)), ...limits };
    return (await Promise.all(PROBES.map((probe) => probe(context, opened)))).flat();
  } catch (error) {
    return [notAsked(problemIn(error))];
  }
}

/** Without what was rendered, or a key for it, it is not known whom to ask, or as whom. */
const notAsked = ({ message, hint }: Problem): Row => ({
  name: 'online',
  status: 'warning',
  found: `nobody was asked: ${message}`,
  ...(hint !== undefined && { remedy: hint }),
});
