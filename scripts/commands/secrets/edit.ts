/** `nigari secrets edit`: a sealed file in the person's editor. In clear it is only in memory, and not for long. */
import { join, posix } from 'node:path';
import { CLUSTER_FILE } from '../../config/rules/rule.ts';
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { differences } from '../../secrets/versions/differences.ts';
import { ruleFor } from '../../secrets/rules/rules.ts';
import type { Tree } from '../../secrets/tree/tree.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import { readYaml } from '../../secrets/yaml/read.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import { openPlaceOnDisk, openPrivatePlace, type PrivatePlace } from '../../system/private-place.ts';
import { ask, canAsk } from '../../system/prompt.ts';
import { findEditor, isEditorNamed, mayKeepCopies, runEditor, type Editor } from '../../system/text-editor.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { openFile, putSealed, readFileOf } from '../sealed-files.ts';
import { tellDifferences } from './difference-lines.ts';
import { editTarget } from './edit-target.ts';
import { isInput } from './own-place.ts';

export interface EditOptions {
  /** Also a file that is generated. */
  readonly force: boolean;
  /** The clear text lies on a disk while it is edited. */
  readonly insecureTemp: boolean;
  /** Where files are in memory; `/dev/shm` if not given. */
  readonly memory?: string;
}

/** A file that is being edited. */
interface Session {
  readonly path: string;
  readonly editor: Editor;
  readonly place: PrivatePlace;
  /** What it held before, and the text that the editor began with. */
  readonly tree: Tree;
  readonly text: string;
  /** As it was when it was looked at last. */
  seen: SourceFile | null;
}

/**
 * @param named the file; null for the default
 * @throws Refusal 2 for what cannot be edited or sealed, 4 when the editor fails, 130 when the person gives up: nothing is
 *   written then, and nothing is left in memory
 */
export async function secretsEdit(context: Context, named: string | null, options: EditOptions): CommandResult {
  if (!canAsk() && !isEditorNamed(context.env)) throw new Refusal([noTerminal], Exit.refusedInput);
  const editor = must(await findEditor(context.env), Exit.otherProgram);
  const path = await editTarget(context, named, options.force);
  if (path === CLUSTER_FILE) return editInput(context, editor);
  const before = await openText(context, path);
  if (mayKeepCopies(editor)) context.reporter.problems([unknownEditor(editor)]);
  const place = must(await makePlace(path, before.text, options), Exit.refusedInput);
  try {
    return await editUntilSealed(context, { path, editor, place, ...before });
  } finally {
    place.remove();
  }
}

function makePlace(path: string, text: string, { insecureTemp, memory }: EditOptions): Promise<Checked<PrivatePlace>> {
  // Under a name that no plugin for sops takes for a sealed file.
  const name = `${posix.basename(path).replace(/(\.sops)?\.ya?ml$/, '')}.clear.yaml`;
  const bytes = Buffer.from(text);
  return insecureTemp ? openPlaceOnDisk(name, bytes) : openPrivatePlace(name, bytes, OTHER_WAYS, memory);
}

const OTHER_WAYS =
  'change single values with `nigari secrets set NAME`; or accept the disk: `nigari secrets edit --insecure-temp`';

/** An ordinary file of the person's, in clear where it lies. */
async function editInput(context: Context, editor: Editor): CommandResult {
  await runToEnd(context, editor, { file: join(context.root, CLUSTER_FILE), folder: null });
  context.reporter.line(`Next: ${context.call} configure`);
  return Exit.done;
}

/** @throws Refusal 2 when no key opens the file, or no rule would seal a new one: before anybody types anything */
async function openText(context: Context, path: string): Promise<Pick<Session, 'tree' | 'text' | 'seen'>> {
  const seen = await readFileOf(context, path);
  if (seen !== null) {
    const { tree } = await openFile(context, seen);
    return { tree, text: emit(tree), seen };
  }
  must(ruleFor(path, must(await loadSopsConfig(context.root), Exit.refusedInput), []), Exit.refusedInput);
  return { tree: [], text: opening(path), seen };
}

/** The last line is empty, for an editor goes on with a comment where a new line is begun behind one. */
const opening = (path: string): string =>
  `# The secrets of ${path}: write \`name: value\`, one on a line. They are encrypted
# when you leave the editor; until then they are in memory only. If you write
# nothing, no file is made. These lines are left out.

`;

/** What was typed stays until it is sealed, or until the person gives up. */
async function editUntilSealed(context: Context, session: Session): CommandResult {
  const { path, place, editor, text, seen } = session;
  for (;;) {
    await runToEnd(context, editor, place);
    const typed = withoutOpening(must(await place.read(), Exit.otherProgram), path);
    const isUntouched = typed.equals(withoutOpening(Buffer.from(text), path));
    if (isUntouched || (seen === null && typed.toString().trim() === '')) {
      context.reporter.line(`${path}: nothing was changed, nothing is written`);
      return Exit.done;
    }
    const problems = await sealTyped(context, session, typed);
    if (problems.length === 0) return Exit.done;
    await askToGoOn(context, problems);
  }
}

/** Empty lines stay in its place, so that findings name the lines that the person sees. */
function withoutOpening(bytes: Uint8Array, path: string): Buffer {
  const typed = Buffer.from(bytes);
  const head = Buffer.from(opening(path));
  const lines = head.toString().replace(/[^\n]/g, '');
  const isThere = typed.subarray(0, head.length).equals(head);
  return isThere ? Buffer.concat([Buffer.from(lines), typed.subarray(head.length)]) : typed;
}

async function runToEnd(
  { signal }: Context,
  editor: Editor,
  at: { readonly file: string; readonly folder: string | null },
): Promise<void> {
  const ended = must(await runEditor(editor, at, signal), Exit.otherProgram);
  if (ended.interrupted) throw new Refusal([], Exit.interrupted);
  if (ended.exitCode !== 0) throw new Refusal([editorFailed(editor, ended.exitCode)], Exit.otherProgram);
}

/** @returns what is in the way; then nothing was written */
async function sealTyped(context: Context, session: Session, bytes: Uint8Array): Promise<readonly Problem[]> {
  const { path, tree } = session;
  const found: Problem[] = [];
  const change = await attempt(async () => {
    await refuseChanged(context, session);
    return putSealed(context, { path, bytes }, (more) => void found.push(...more));
  });
  const closed = found.filter(({ code }) => code === 'sealed-kept');
  if (!change.ok || closed.length > 0) return change.ok ? closed : change.problems;
  const { reporter, call } = context;
  reporter.problems(found);
  const isSame = change.value.kind === 'keep';
  reporter.line(isSame ? `${path}: says the same as before, nothing is written` : `${path}: sealed`, 'good');
  tellDifferences(reporter, differences(tree, must(readYaml({ path, bytes }), Exit.refusedInput).tree));
  if (!isSame && (await isInput(context, path))) reporter.line(`Next: ${call} configure`);
  return [];
}

async function attempt<T>(work: () => Promise<T>): Promise<Checked<T>> {
  try {
    return checked(await work());
  } catch (error) {
    if (error instanceof Refusal && error.exitCode === Exit.refusedInput) return refused(...error.problems);
    throw error;
  }
}

/** Somebody else's change is not undone by ours; whoever was told of it, and edits on, has seen it. */
async function refuseChanged(context: Context, session: Session): Promise<void> {
  const now = await readFileOf(context, session.path);
  const bytes = (file: SourceFile | null): Buffer => Buffer.from(file?.bytes ?? []);
  if (bytes(now).equals(bytes(session.seen))) return;
  session.seen = now;
  const tree = now === null ? [] : (await openFile(context, now)).tree;
  throw new Refusal([changedMeanwhile(session.path, differences(session.tree, tree))], Exit.refusedInput);
}

/** @throws Refusal 2 when nobody can be asked, 130 when the person gives up */
async function askToGoOn({ reporter, signal }: Context, problems: readonly Problem[]): Promise<void> {
  if (!canAsk()) throw new Refusal(problems, Exit.refusedInput);
  reporter.problems(problems);
  const answer = await ask('Press Enter to edit again, or Ctrl-C to give up what you typed: ', signal);
  if (answer !== null) return;
  reporter.line('nothing is written');
  throw new Refusal([], Exit.interrupted);
}

const noTerminal: Problem = {
  code: 'no-terminal',
  severity: 'error',
  message: 'there is no terminal for an editor',
  hint: 'change single values with `nigari secrets set NAME`; a program that edits the file can be named: EDITOR=./change.sh',
};

const unknownEditor = ({ words }: Editor): Problem => ({
  code: 'unknown-editor',
  severity: 'warning',
  message: `nigari does not know ${words[0]}: it may keep backups, undo files or a history of what you edit elsewhere`,
  hint: 'look at its settings; docs/secrets.md names the editors that are told to keep nothing',
});

const editorFailed = ({ words }: Editor, exitCode: number): Problem => ({
  code: 'editor-failed',
  severity: 'error',
  message: `${words[0]} ended with exit code ${exitCode}: nothing was written`,
  hint: 'if you did not mean that, run it again',
});

function changedMeanwhile(path: string, found: readonly { readonly name: string }[]): Problem {
  const keys = [...new Set(found.map(({ name }) => name))].join(', ');
  return {
    code: 'changed-meanwhile',
    severity: 'error',
    message: `${path} was changed by somebody else while you edited it${keys === '' ? '' : `: ${keys}`}`,
    hint: 'nothing was written; when you edit again, what you save then counts',
    file: path,
  };
}
