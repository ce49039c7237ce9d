/** `nigari init`: fills an empty place with what a project needs. What exists is never touched. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { readDisk } from '../../system/disk.ts';
import { writePublic } from '../../system/write.ts';
import { refuse, step, type CommandResult, type Context } from '../context.ts';
import { withAttributesBlock } from './git-sealed.ts';
import { withIgnoreBlock } from './gitignore.ts';
import { report, type Done } from './report.ts';
import { keyProblems, makeKey } from './project-key.ts';
import { assetPath, bringSchemas, COMFORTS, createStarters, EXAMPLES, noteTaskfile } from './starter.ts';
import { INPUTS, survey, type Survey } from './survey.ts';

export async function init(context: Context): CommandResult {
  const { root } = context;
  const found = await step(context, 'Look at what is there', () => survey(root));
  const isProject = found.signs.length > 0;
  const notes = isProject ? await keyProblems(context, found) : [];
  refuseHalf(root, found, notes);
  refuse(notes, Exit.refusedInput);
  const done: Done = { created: [], updated: [], notes: notes.map(asNote) };
  await step(context, 'Make what is missing', async () => {
    // Before anything secret exists, git is told not to take it.
    await keepBlocks(root, done);
    if (found.missing.length > 0) await createStarters(root, EXAMPLES, done);
    if (!isProject) await makeKey(context, found, done);
    await createStarters(root, COMFORTS, done);
    await bringSchemas(root, done);
    await noteTaskfile(root, done);
  });
  await report(context, done);
  return Exit.done;
}

const asNote = ({ message, hint = '' }: Problem): string => [`${message}.`, hint].map(asSentence).join('\n').trimEnd();

const asSentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * A colleague's second clone, CI, or a project whose one input is lost: an example in its place would render somebody
 * else's machines. @throws Refusal 2, with nothing written
 */
function refuseHalf(root: string, { missing, signs }: Survey, notes: readonly Problem[]): void {
  const [sign] = signs;
  if (missing.length === 0 || (sign === undefined && missing.length === INPUTS.length)) return;
  const why = sign
    ? `this is a project already (${sign} is there)`
    : `${INPUTS.find((name) => !missing.includes(name))} is there`;
  const problems = missing.map((name): Problem => {
    const example = `start from the example: cp ${assetPath(root, `${name}.example`)} ${name}`;
    return {
      code: 'input-missing',
      severity: 'error',
      file: name,
      message: `there is no ${name}, and ${why}`,
      hint: sign ? `copy it from where the project lives (git may ignore it), or ${example}` : example,
    };
  });
  throw new Refusal([...problems, ...notes], Exit.refusedInput);
}

/** The files of git's in which a block is ours. */
const BLOCKS: readonly (readonly [path: string, withBlock: (text: string) => string])[] = [
  ['.gitignore', (text) => withIgnoreBlock(text)],
  ['.gitattributes', withAttributesBlock],
];

async function keepBlocks(root: string, done: Done): Promise<void> {
  for (const [path, withBlock] of BLOCKS) {
    const now = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
    const text = now === undefined ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(now.bytes);
    const wanted = withBlock(text);
    if (wanted === text) continue;
    must(await writePublic(root, { path, text: wanted, was: now?.bytes ?? null }), Exit.refusedInput);
    (now === undefined ? done.created : done.updated).push(path);
  }
}
