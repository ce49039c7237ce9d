/** Subcommands of OpenTofu to which nigari adds only what they need: secrets, and a directory that is initialised for them. */
import { Exit } from '../../problem.ts';
import { cacheFolder } from '../../system/cache-file.ts';
import { canAsk } from '../../system/prompt.ts';
import { SUBCOMMANDS, type Subcommand, type SubcommandName } from '../../tofu/subcommands.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { initIfDue, tofuInit } from './init.ts';
import { prepare, type Prepared } from './instance.ts';
import { lockPlatforms, READ_ONLY } from './lock-file.ts';
import { refuseUnreachable } from './reach.ts';
import { runTofu, type How } from './tofu.ts';

export async function infraInit(context: Context, args: readonly string[]): CommandResult {
  await tofuInit(context, await prepare(context, 'state'), { args, output: 'shown' });
  return Exit.done;
}

/** @throws Refusal 2 for what is missing, 4 when it fails */
export async function passOn(context: Context, name: SubcommandName, args: readonly string[]): CommandResult {
  const { needs, asksProxmox = false }: Subcommand = SUBCOMMANDS[name];
  const prepared = await prepare(context, needs);
  if (needs === 'state' || needs === 'everything') await initIfDue(context, prepared);
  if (asksProxmox) await refuseUnreachable(context, prepared);
  const env = needs === 'providers' ? await initWithoutState(context, prepared) : {};
  await runTofu(context, prepared, name, { args, env, output: outputOf(name) });
  return Exit.done;
}

/** Where a person writes, nothing may wait for the end of a line. */
const outputOf = (name: SubcommandName): NonNullable<How['output']> =>
  name === 'console' && canAsk() ? 'interactive' : 'shown';

/** In a place of its own, for tofu takes a directory that was initialised without its backend for one whose backend changed. */
async function initWithoutState(context: Context, prepared: Prepared): Promise<Readonly<Record<string, string>>> {
  const { directory } = prepared.instance;
  const env = { TF_DATA_DIR: cacheFolder(context.root, `validate/${directory.replaceAll('/', '-')}`) };
  const args = (await lockPlatforms(context)) === null ? [READ_ONLY] : [];
  await step(context, `tofu init -backend=false in ${directory}`, () =>
    runTofu(context, prepared, 'init-providers', { args, env }),
  );
  return env;
}
