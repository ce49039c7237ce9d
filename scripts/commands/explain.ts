/** `nigari explain`: what the inputs mean, value by value, and where each value came from. */
import process from 'node:process';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import { SEALED_FILE } from '../config/sealed-input.ts';
import { derive } from '../config/derive.ts';
import { validate } from '../config/validate.ts';
import { answerInput, answerName, answerOutput, type Answer, type Generated } from '../explain/answer.ts';
import { answerText } from '../explain/answer-text.ts';
import type { Meaning } from '../explain/leaves.ts';
import { readPlace } from '../explain/place.ts';
import { Exit, must, Refusal, type Checked } from '../problem.ts';
import { assetsDirectory } from '../system/assets.ts';
import { readDisk } from '../system/disk.ts';
import { loadInputs } from '../system/inputs.ts';
import { loadTemplates } from '../system/templates.ts';
import type { CommandResult, Context } from './context.ts';
import { understand } from './understand.ts';

/** @param args a name, or `file:line`, or `file:line:column`; none for the whole model. @throws Refusal 2, 3 */
export async function explain(context: Context, args: readonly string[]): CommandResult {
  const [subject = '', ...more] = args;
  if (more.length > 0) throw new Refusal([oneAtATime], Exit.refusedInput);
  const answer = must(await answerTo(context, subject), Exit.refusedInput);
  if (context.json) context.reporter.result(JSON.stringify(answer, null, 2));
  else {
    context.reporter.problems(answer.problems);
    context.reporter.line(answerText(answer, process.stdout.isTTY ? process.stdout.columns || 80 : null));
  }
  return Exit.done;
}

const oneAtATime = {
  code: 'too-many-arguments',
  severity: 'error',
  message: 'explain takes one name or place at a time',
  hint: 'without any it explains everything',
} as const;

const INPUTS: readonly string[] = [CLUSTER_FILE, NODES_FILE, SEALED_FILE];

async function answerTo(context: Context, subject: string): Promise<Checked<Answer>> {
  const place = readPlace(subject);
  if (place === null) return answerName(await meaningOf(context), subject);
  if (INPUTS.includes(place.file)) return answerInput(await meaningOf(context), place);
  const { config, derived, artifacts } = await understand(silent(context));
  return answerOutput({ config, derived }, await generated(context, artifacts), place);
}

/** The inputs alone: templates that are broken do not stand in the way. */
async function meaningOf({ root }: Context): Promise<Meaning> {
  const config = must(validate(await loadInputs(root)), Exit.refusedInput);
  return { config, derived: derive(config) };
}

async function generated({ root }: Context, artifacts: Generated['artifacts']): Promise<Generated> {
  const templates = must(await loadTemplates({ builtIn: assetsDirectory(), project: root }), Exit.refusedTemplate);
  const paths = artifacts.map(({ path }) => path);
  return { artifacts, templates, disk: must(await readDisk(root, paths), Exit.refusedInput), root };
}

/** The answer alone is said, not the way to it. */
function silent(context: Context): Context {
  return { ...context, reporter: { ...context.reporter, step: async (_, work) => work() } };
}
