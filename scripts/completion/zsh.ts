/** The completion script for zsh. */
import { shellQuoted } from './quote.ts';
import { steps, valuedFlags, type Flag, type Place, type Table, type Valued, type Word } from './table.ts';

/** Verbs, options and their values are in the script; only names that `explain` takes are asked for, at the Tab. */
export function zshScript(table: Table): string {
  const { places, common } = table;
  const flags = valuedFlags(table);
  return `#compdef nigari
# zsh completion for nigari. Load it, after compinit: source <(npx nigari completion zsh)
# It completes the command nigari; where that is not on your PATH, define it: nigari() { npx nigari "$@" }

_nigari_names() {
  local command=\${(Q)words[1]}
  local -a names
  names=(\${(f)"$("\${command/#\\~\\//$HOME/}" --chdir "$1" completion words "$PREFIX" 2>/dev/null </dev/null)"})
  compadd -a names || _default
}

_nigari() {
  local place='' folder=. index=2 previous=\${words[CURRENT - 1]}
  local -a offered options
  options=(${described(flagWords(common))})
  while (( index < CURRENT )); do
    case "$place \${words[index]}" in
      (*' --') _default; return ;;
${flags.map((flag) => `      ${pattern(flag.path, flag.name)} ${skip(flag)} ;;`).join('\n')}
${steps(table)
  .map(({ from, by, path }) => `      ${pattern(from, by)} place=${shellQuoted(path)} ;;`)
  .join('\n')}
    esac
    (( index += 1 ))
  done
  if [[ $PREFIX == --*=* ]]; then previous=\${PREFIX%%=*}; compset -P '*='; fi
  case "$place $previous" in
${flags.map((flag) => `    ${pattern(flag.path, flag.name)} ${valueAction(flag)}; return ;;`).join('\n')}
  esac
  case $place in
${places.map(placeCase).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
    return
  fi
  case $place in
${places.map((place) => `    (${shellQuoted(place.path)}) ${placeAction(place)} ;;`).join('\n')}
  esac
}

if [[ \${funcstack[1]} == _nigari ]]; then _nigari "$@"; else compdef _nigari nigari; fi
`;
}

/** A word behind the verbs before it, or behind any. */
function pattern(path: string | null, word: string): string {
  return path === null ? `(*${shellQuoted(` ${word}`)})` : `(${shellQuoted(`${path} ${word}`)})`;
}

/** The word behind an option is no verb; behind --chdir it is the folder whose nodes are wanted. */
function skip({ value }: Valued): string {
  const next = '(( index += 1 ))';
  return value === 'folder' ? `${next}; folder=\${(Q)words[index]}; folder=\${folder/#\\~\\//$HOME/}` : next;
}

function valueAction({ value }: Valued): string {
  if (value === 'folder') return '_files -/';
  return value === 'any' ? '_default' : `compadd -- ${value.map(shellQuoted).join(' ')}`;
}

function placeCase({ path, verbs, options, args }: Place): string {
  const words = typeof args === 'string' ? [] : args.map((name) => ({ name, summary: '' }));
  return `    (${shellQuoted(path)})
      offered=(${described([...verbs, ...words])})
      options+=(${described(flagWords(options))}) ;;`;
}

function flagWords(flags: readonly Flag[]): readonly Word[] {
  return flags.flatMap(({ names, summary }) => names.map((name) => ({ name, summary })));
}

/** As `_describe` takes them: a colon ends the name. */
function described(words: readonly Word[]): string {
  const colons = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  return words
    .map(({ name, summary }) => shellQuoted(summary === '' ? colons(name) : `${colons(name)}:${summary}`))
    .join(' ');
}

function placeAction({ verbs, args }: Place): string {
  if (args === 'names') return '_nigari_names "$folder"';
  if (args === 'files') return '_default';
  return verbs.length + args.length > 0 ? '_describe word offered' : '_describe -o option options';
}
