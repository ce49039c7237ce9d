/** Consent to what cannot be undone: a word that says what is lost is typed on a terminal, or an option says so. */
import { Exit, Refusal, type Problem } from '../problem.ts';
import { ask, canAsk } from '../system/prompt.ts';
import type { Context } from './context.ts';

export interface Question {
  /** `To go on, type the name of the machine that is lost` */
  readonly text: string;
  /** What must be typed; no `y`, which a finger types by itself. */
  readonly word: string;
  /** Why nothing was done, and which option agrees. */
  readonly refusal: Problem;
}

/** @throws Refusal 2 where nobody can be asked or agrees, 130 for Ctrl-C */
export async function consent({ signal }: Pick<Context, 'signal'>, { text, word, refusal }: Question): Promise<void> {
  if (!canAsk()) throw new Refusal([refusal], Exit.refusedInput);
  const answer = await ask(`${text} (${word}): `, signal);
  if (answer === null) throw new Refusal([], Exit.interrupted);
  if (answer.trim() !== word) throw new Refusal([refusal], Exit.refusedInput);
}
