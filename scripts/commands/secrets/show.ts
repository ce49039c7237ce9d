/** `nigari secrets show NAME`: one value on stdout, as it is. */
import { reveal } from '../../config/secret.ts';
import { Exit } from '../../problem.ts';
import type { CommandResult, Context } from '../context.ts';
import { findSecret, placesOf } from './places.ts';

/** @param file where alone to look; null for every place in order. @throws Refusal 2 where it is not, or stays closed */
export async function secretsShow(context: Context, name: string, file: string | null): CommandResult {
  const { value, place } = await findSecret(await placesOf(context, file), name);
  if (context.json) context.reporter.result(JSON.stringify({ name, place, value: reveal(value) }, null, 2));
  else context.reporter.value(reveal(value));
  return Exit.done;
}
