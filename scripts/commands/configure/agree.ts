/** Before anything is written: what happens to machines is told, and where one is lost somebody must agree. */
import type { Danger } from '../../changes/danger.ts';
import { Exit, hasErrors, Refusal, type Problem } from '../../problem.ts';
import { canAsk } from '../../system/prompt.ts';
import { consent } from '../consent.ts';
import type { Context } from '../context.ts';

export interface Consent {
  /** `--yes` */
  readonly yes: boolean;
  /** Nothing will be done: nobody is asked, and nothing refused. */
  readonly check: boolean;
}

/** @returns what was told. @throws Refusal 2 for an error among them, or when nobody agrees; 130 for Ctrl-C */
export async function agree(
  context: Context,
  dangers: readonly Danger[],
  { yes, check }: Consent,
): Promise<readonly Danger[]> {
  if (hasErrors(dangers) && !check) throw new Refusal(dangers, Exit.refusedInput);
  const lost = [...new Set(dangers.filter(({ consent }) => consent).flatMap(({ machines }) => machines))];
  const isAgreed = lost.length === 0 || yes || check;
  if (!isAgreed && !canAsk()) throw new Refusal([...dangers, consentNeeded(lost)], Exit.refusedInput);
  context.reporter.problems(dangers);
  if (!isAgreed) await typed(context, lost);
  return dangers;
}

async function typed(context: Context, lost: readonly string[]): Promise<void> {
  const [only, ...others] = lost;
  const word = others.length === 0 ? (only ?? '') : String(lost.length);
  const what = others.length === 0 ? 'the name of the machine that is lost' : 'how many machines are lost';
  await consent(context, { text: `To go on, type ${what}`, word, refusal: consentNeeded(lost) });
}

const consentNeeded = (lost: readonly string[]): Problem => ({
  code: 'consent-needed',
  severity: 'error',
  message: `the next apply destroys or replaces ${lost.join(', ')}: nothing was written, since nobody agreed`,
  hint: 'if that is what you want: nigari configure --yes',
});
