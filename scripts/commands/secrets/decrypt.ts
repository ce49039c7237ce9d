/** `nigari secrets decrypt FILE --stdout`: a sealed file in clear, on stdout and nowhere else. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import type { CommandResult, Context } from '../context.ts';
import { openFile } from '../sealed-files.ts';
import { chosenFiles } from './files.ts';

/** @param stdout said by the person: nothing else is offered. @throws Refusal 2 without it, and for what does not open */
export async function secretsDecrypt(context: Context, named: string, stdout: boolean): CommandResult {
  if (!stdout) throw new Refusal([onlyToStdout(named)], Exit.refusedInput);
  for (const file of await chosenFiles(context, [named])) {
    context.reporter.value(emit((await openFile(context, file)).tree));
  }
  return Exit.done;
}

function onlyToStdout(named: string): Problem {
  const message = 'nigari writes no secret in clear into a file';
  const hint = [
    `to see it:             nigari secrets decrypt ${named} --stdout`,
    'to see one value:      nigari secrets show NAME',
    'to change one:         nigari secrets set NAME',
    'to pass it to a program:  nigari exec -- PROGRAM',
  ].join('\n');
  return { code: 'stdout-only', severity: 'error', message, hint };
}
