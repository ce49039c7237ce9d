/** What real shells offer at a Tab, with a completion script loaded. Null for a shell that is not installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { emptyFolder } from './project.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

/**
 * @param script the completion script
 * @param words the line up to the cursor, the program's name first; the last one is what the cursor is behind. There are
 *   a folder `a-folder` and a file `a-file` where it is typed
 */
export type Tab = (script: string, words: readonly string[]) => Offered;

export interface Offered {
  readonly words: readonly string[];
  /** What the program was called with, if it was called; it answers with `nodes.cp-1` and `nodes.wk-1`. */
  readonly called: readonly string[] | null;
}

/** The Tab of a shell; null where it is not installed. */
export function tabOf(shell: ShellName): Tab | null {
  const file = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, shell))
    .find((path) => existsSync(path));
  return file === undefined ? null : (script, words) => press(shell, file, script, words);
}

function press(shell: ShellName, file: string, script: string, words: readonly string[]): Offered {
  const folder = emptyFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('script'), script);
  writeFileSync(at('driver'), DRIVERS[shell]);
  mkdirSync(at('a-folder'));
  writeFileSync(at('a-file'), '');
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'dumb', ZDOTDIR: folder, OFFERED: folder };
  const args = shell === 'fish' ? ['--no-config'] : shell === 'zsh' ? ['-f'] : ['--norc', '--noprofile'];
  const ended = spawnSync(file, [...args, at('driver'), at('script'), ...words], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (ended.status !== 0 || ended.stderr !== '')
    throw new Error(`${shell} ended with ${ended.status}: ${ended.stderr}${ended.stdout}`);
  const read = (name: string): readonly string[] | null =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').slice(0, -1) : null;
  return { words: read('words') ?? [], called: read('called') };
}

const PROGRAM = `printf '%s\\n' "$@" > "$OFFERED/called"; printf '%s\\n' nodes.cp-1 nodes.wk-1`;

const DRIVERS: Readonly<Record<ShellName, string>> = {
  bash: `set -u
nigari() { ${PROGRAM}; echo noise >&2; }
source "$1"; shift
complete -p nigari > /dev/null || exit 9
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_nigari
if [ "\${#COMPREPLY[@]}" -gt 0 ]; then printf '%s\\n' "\${COMPREPLY[@]}" > "$OFFERED/words"; fi
`,
  // Completion needs a terminal: a second zsh gets one, presses Tab, and writes down each match that is added.
  zsh: `script=$1; shift
cat > $OFFERED/inner <<'INNER'
autoload -Uz compinit && compinit -D -u
nigari() { ${PROGRAM}; echo noise >&2 }
source $SCRIPT
compadd() {
  if [[ $@[1,(i)(-|--)] == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -rl -- $hits >> $OFFERED/words
  builtin compadd "$@"
}
finish() { print done > $OFFERED/done }
zle -N finish
bindkey '^Xd' finish
zstyle ':completion:*' list-max 1000
unsetopt beep
print ready > $OFFERED/ready
INNER
zmodload zsh/zpty
export SCRIPT=$script
zpty inner zsh -f -i
wait_for() {
  local tries=0
  until [[ -e $OFFERED/$1 ]]; do
    (( (tries += 1) > 1000 )) && { print -u2 "no $1"; exit 8 }
    zpty -rt inner line
    sleep 0.01
  done
}
zpty -w inner 'source $OFFERED/inner'
wait_for ready
zpty -wn inner "\${(j: :)@}"$'\\t'$'\\x18d'
wait_for done
zpty -d inner
`,
  fish: `source $argv[1]
function nigari
    printf '%s\\n' $argv > $OFFERED/called
    printf '%s\\n' nodes.cp-1 nodes.wk-1
    echo noise >&2
end
set -l offered (complete -C (string join ' ' -- $argv[2..-1]))
test (count $offered) -gt 0; and printf '%s\\n' $offered | string replace -r '\\t.*' '' > $OFFERED/words
true
`,
};

/** Lets a shell read a script without running it. */
export function checkSyntax(shell: ShellName, script: string): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'script'), script);
  return execFileSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8', stdio: 'pipe' });
}
