/** Runs the person's editor on a file that lies in a private place. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { textEditor } from '../secrets/text-editors.ts';
import { splitWords } from './split-words.ts';
import { run, type Ended } from './processes.ts';
import { findOnPath } from './programs.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The first one counts, as in sops and git. */
const VARIABLES = ['SOPS_EDITOR', 'VISUAL', 'EDITOR'] as const;
const DEFAULT = 'vi';

/** An editor that was found. */
export interface Editor {
  /** Its command line, as the person wrote it. */
  readonly words: readonly string[];
  /** Absolute path of its program, without links. */
  readonly program: string;
}

/** Whether somebody said which editor to use. */
export function isEditorNamed(env: Env): boolean {
  return VARIABLES.some((name) => env[name]?.trim());
}

/** @returns what `$SOPS_EDITOR`, `$VISUAL` or `$EDITOR` names, else vi; or `editor-missing` */
export async function findEditor(env: Env): Promise<Checked<Editor>> {
  const variable = VARIABLES.find((name) => env[name]?.trim());
  const line = (variable && env[variable]) ?? DEFAULT;
  const words = splitWords(line) ?? [];
  const [file = ''] = words;
  const found = file.includes('/') ? file : await findOnPath(file, env);
  const program = found === null || found === '' ? null : await realpath(found).catch(() => null);
  return program === null ? refused(editorMissing(file, variable)) : checked({ words, program });
}

function editorMissing(file: string, variable: string | undefined): Problem {
  return {
    code: 'editor-missing',
    severity: 'error',
    message:
      variable === undefined ? `there is no ${DEFAULT} here` : `${variable} names no editor that is here: ${file}`,
    hint: 'name one: EDITOR=nano nigari secrets edit; or change single values with `nigari secrets set NAME`',
  };
}

/** Whether it may keep copies outside of the private place, for all that we know. */
export function mayKeepCopies({ words, program }: Editor): boolean {
  return !textEditor(words, basename(program), '').keepsNothing;
}

/**
 * Runs it to its end.
 * @param file absolute
 * @param folder the private place that it lies in: what the editor writes for itself goes there too, as far as it lets
 *   itself be told; null for an ordinary file
 */
export function runEditor(
  { words, program }: Editor,
  { file, folder }: { readonly file: string; readonly folder: string | null },
  signal: AbortSignal,
): Promise<Checked<Ended>> {
  const line = folder === null ? words : textEditor(words, basename(program), folder).words;
  const [name = program, ...args] = line;
  const env = folder === null ? {} : { TMPDIR: folder, TMP: folder, TEMP: folder };
  // It runs elsewhere: `./rotate.sh` is where the person is.
  const command = {
    file: name.includes('/') ? resolve(name) : name,
    args: [...args, file],
    cwd: folder ?? dirname(file),
    env,
  };
  return run(command, { inherit: true, editor: true, signal });
}
