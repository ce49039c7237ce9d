/** Editors, and how each is kept from leaving copies of what it edits: swap files, backups, undo and other histories. */

import { posix } from 'node:path';

/** An editor that is to be started. */
export interface TextEditor {
  /** Words of its command line, up to the file: ours behind the program, so that the person's own come last. */
  readonly words: readonly string[];
  /** False where it may keep copies elsewhere, for all that we know. */
  readonly keepsNothing: boolean;
}

interface Habits {
  /** Of its program. */
  readonly names: RegExp;
  /** @param folder a private one, gone when the editor has ended */
  readonly args: (folder: string) => readonly string[];
  readonly keepsNothing: boolean;
}

/** Behind the vimrc and once the file is open: so they beat what is set there. Of the rest -n and -i do the same. */
const VIM = ['-n', '-i', 'NONE', '-c', 'set nobackup nowritebackup noundofile'];
const EMACS = '(setq make-backup-files nil auto-save-default nil create-lockfiles nil)';
/** Its local history keeps every text that was ever saved: so it gets a home that is gone afterwards, and no extensions. */
const CODE = ['--wait', '--new-window', '--disable-extensions'];

const none = (): readonly string[] => [];

const HABITS: readonly Habits[] = [
  { names: /^(n?vim|vim\.\w+|vimx)$/, args: () => VIM, keepsNothing: true },
  { names: /^(gvim|mvim)$/, args: () => ['-f', ...VIM], keepsNothing: true },
  { names: /^emacs(?!client)[-\w.]*$/, args: () => ['--eval', EMACS], keepsNothing: true },
  { names: /^(nano|rnano)$/, args: () => ['--ignorercfiles'], keepsNothing: true },
  { names: /^micro$/, args: () => MICRO, keepsNothing: true },
  { names: /^joe$/, args: () => ['-nobackups'], keepsNothing: true },
  { names: /^(hx|helix|kak|ed|busybox)$/, args: none, keepsNothing: true },
  {
    names: /^(code|code-insiders|code-oss|codium|vscodium|cursor)$/,
    args: (folder) => [...CODE, '--user-data-dir', `${folder}/editor`],
    keepsNothing: true,
  },
  { names: /^(subl|zed|gedit)$/, args: () => ['--wait'], keepsNothing: false },
  { names: /^kate$/, args: () => ['--block'], keepsNothing: false },
];

const MICRO = ['backup', 'saveundo', 'savehistory', 'savecursor'].flatMap((option) => [`-${option}`, 'false']);

/**
 * @param words a command line: a program and arguments of the user's
 * @param program name of the program that the first word leads to, links followed: of `vi` perhaps `vim.basic`
 * @param folder a private one
 */
export function textEditor(words: readonly string[], program: string, folder: string): TextEditor {
  const [first = '', ...rest] = words;
  const called = posix.basename(first);
  const known = [program, called].map((name) => name.replace(/\.(exe|cmd)$/i, ''));
  const habits = HABITS.find(({ names }) => known.some((name) => names.test(name)));
  const added = (habits?.args(folder) ?? []).filter((arg) => arg !== '--wait' || !words.includes(arg));
  return { words: [first, ...added, ...rest], keepsNothing: habits?.keepsNothing ?? false };
}
