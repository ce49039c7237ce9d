/** `nigari init`: fills an empty place with what a project needs. What exists is never touched. */
import { join } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../problem.ts';
import { newSopsConfig, recipientsIn } from '../secrets/rules.ts';
import { newIdentity } from '../system/age.ts';
import { readDisk } from '../system/disk.ts';
import { openWorkTree } from '../system/git.ts';
import { findIdentities, writeKeyFile } from '../system/identities.ts';
import { findOnPath } from '../system/programs.ts';
import { writeNew, writePublic } from '../system/write.ts';
import { NIGARI, step, type CommandResult, type Context } from './context.ts';
import { withIgnoreBlock } from './gitignore.ts';
import { COMFORTS, EXAMPLES, SCHEMAS, starterText, type StarterFile } from './starter.ts';
import { INPUTS, KEY_FILE, SOPS_CONFIG, survey, type Survey } from './survey.ts';

/** What was done, in order. */
interface Done {
  readonly created: string[];
  readonly updated: string[];
  readonly notes: string[];
}

export async function init(context: Context): CommandResult {
  const found = await step(context, 'Look at what is there', () => survey(context.root));
  const isProject = found.signs.length > 0;
  refuseHalf(found, isProject);
  const done: Done = { created: [], updated: [], notes: [] };
  await step(context, 'Make what is missing', async () => {
    await ignoreSecrets(context, done);
    if (found.missing.length > 0) await create(context, EXAMPLES, done);
    if (isProject) await explainKeys(context, found, done);
    else await makeKey(context, found, done);
    await create(context, COMFORTS, done);
    await bringSchemas(context, done);
  });
  await report(context, done);
  return Exit.done;
}

/**
 * A colleague's second clone, CI, or a project whose one input is lost: an example in its place would render somebody
 * else's machines. @throws Refusal 2, with nothing written
 */
function refuseHalf({ missing, signs }: Survey, isProject: boolean): void {
  if (missing.length === 0 || (!isProject && missing.length === INPUTS.length)) return;
  const sign = isProject
    ? `this is a project already (${signs[0]} is there)`
    : `${INPUTS.find((name) => !missing.includes(name))} is there`;
  const problems = missing.map((name): Problem => ({
    code: 'input-missing',
    severity: 'error',
    file: name,
    message: `there is no ${name}, and ${sign}`,
    hint: isProject
      ? `copy ${name} from where the project lives (it may be git-ignored), or start it from ${name}.example`
      : `start it from ${name}.example`,
  }));
  throw new Refusal([...problems, ...(isProject ? [keyNote(signs)] : [])], Exit.refusedInput);
}

const keyNote = (signs: readonly string[]): Problem => ({
  code: 'key-wanted',
  severity: 'note',
  message: `no new key was made: ${signs[0]} belongs to an existing one`,
  hint: `put that key into ${KEY_FILE}, or name it by SOPS_AGE_KEY_FILE or SOPS_AGE_KEY`,
});

/** Before anything secret exists, git is told not to take it. */
async function ignoreSecrets({ root }: Context, done: Done): Promise<void> {
  const path = '.gitignore';
  const now = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
  const text = now === undefined ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(now.bytes);
  const wanted = withIgnoreBlock(text);
  if (wanted === text) return;
  must(await writePublic(root, path, wanted), Exit.refusedInput);
  (now === undefined ? done.created : done.updated).push(path);
}

async function create(context: Context, files: readonly StarterFile[], done: Done): Promise<void> {
  for (const file of files) {
    const text = await starterText(file, await hasOwnSchemas(context));
    if (must(await writeNew(context.root, file.path, text), Exit.refusedInput)) done.created.push(file.path);
    else await noteTaskfile(context, file, text, done);
  }
}

/** A Taskfile of the user's own stays; ours can be included. */
async function noteTaskfile({ root }: Context, { path }: StarterFile, text: string, done: Done): Promise<void> {
  if (path !== 'Taskfile.yml') return;
  const now = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
  if (now === undefined || new TextDecoder().decode(now.bytes).replaceAll('\r\n', '\n') === text) return;
  done.notes.push(
    `Taskfile.yml is yours and stays. To have nigari's tasks too, add to it:\n  includes:\n    nigari:\n      taskfile: ./node_modules/nigari/Taskfile.yml\n      flatten: true`,
  );
}

/** In a clone of nigari the schemas are where the examples' first line says. */
async function hasOwnSchemas({ root }: Context): Promise<boolean> {
  return must(await readDisk(root, [OWN_SCHEMA]), Exit.refusedInput).has(OWN_SCHEMA);
}

const OWN_SCHEMA = 'schemas/cluster.schema.json';

async function bringSchemas(context: Context, done: Done): Promise<void> {
  if (await hasOwnSchemas(context)) return;
  for (const file of SCHEMAS) {
    const text = await starterText(file, true);
    const now = must(await readDisk(context.root, [file.path]), Exit.refusedInput).get(file.path);
    if (now !== undefined && new TextDecoder().decode(now.bytes) === text) continue;
    must(await writePublic(context.root, file.path, text), Exit.refusedInput);
    (now === undefined ? done.created : done.updated).push(file.path);
  }
}

/** The age key, and the rule that seals every `*.sops.yaml` for it. */
async function makeKey(context: Context, { hasKey }: Survey, done: Done): Promise<void> {
  const recipient = hasKey ? await recipientOfKey(context) : await createKey(context, done);
  if (must(await writeNew(context.root, SOPS_CONFIG, newSopsConfig(recipient)), Exit.refusedInput))
    done.created.push(SOPS_CONFIG);
}

async function createKey({ root }: Context, done: Done): Promise<string> {
  const { keyFile, recipient } = await newIdentity();
  must(await writeKeyFile(join(root, KEY_FILE), keyFile), Exit.refusedInput);
  done.created.push(KEY_FILE);
  done.notes.push(
    `${KEY_FILE} is the only key to this project's secrets, and git ignores it. Back it up now, e.g. in a password manager: without it what is sealed cannot be opened.`,
  );
  return recipient;
}

async function recipientOfKey({ root, env }: Context): Promise<string> {
  const { identities } = must(await findIdentities(root, env), Exit.refusedInput);
  const own = identities.find(({ source }) => source.endsWith(KEY_FILE)) ?? identities[0];
  if (own) return own.recipient;
  throw new Refusal(
    [
      {
        code: 'key-empty',
        severity: 'error',
        file: KEY_FILE,
        message: `${KEY_FILE} holds no age key`,
        hint: `move it away; then \`${NIGARI} init\` makes a new one`,
      },
    ],
    Exit.refusedInput,
  );
}

/** Both inputs are here and secrets are sealed: a key is wanted, and only the person knows where it is. */
async function explainKeys(context: Context, { sealed }: Survey, done: Done): Promise<void> {
  const { identities } = must(await findIdentities(context.root, context.env), Exit.refusedInput);
  const wanted = [...new Set([...sealed].flatMap(([path, { bytes }]) => recipientsIn({ path, bytes })))];
  if (wanted.length === 0 || identities.some(({ recipient }) => wanted.includes(recipient))) return;
  const list = wanted.map((recipient) => `  ${recipient}`).join('\n');
  done.notes.push(
    `Secrets here are sealed for other keys than those at hand. One of these is wanted:\n${list}\nPut it into ${KEY_FILE}, or name it by SOPS_AGE_KEY_FILE or SOPS_AGE_KEY. No new key was made.`,
  );
}

async function report(context: Context, { created, updated, notes }: Done): Promise<void> {
  const { reporter, json, root, env } = context;
  const isRepository = (await openWorkTree(await findOnPath('git', env), root)) !== null;
  const all = isRepository
    ? notes
    : [...notes, 'This folder is not in a git repository: run `git init` to keep the history of what is generated.'];
  if (json) reporter.result(JSON.stringify({ created, updated, notes: all }, null, 2));
  for (const path of created) reporter.line(`created  ${path}`, 'good');
  for (const path of updated) reporter.line(`updated  ${path}`, 'changed');
  for (const note of all) reporter.line(note);
  if (created.length + updated.length === 0) reporter.line('Nothing was missing.');
  if (created.includes('cluster.yaml'))
    reporter.line(`Next: fill in cluster.yaml and nodes.yaml, then run:\n  ${NIGARI} configure`);
}
