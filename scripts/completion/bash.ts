/** The completion script for bash, from 3.2 (macOS) on. */
import { shellQuoted } from './quote.ts';
import { steps, valuedFlags, type Place, type Table, type Valued } from './table.ts';

/**
 * Verbs, options and their values are in the script; only names that `explain` takes are asked for, at the Tab. No
 * candidate is ever expanded by the shell.
 */
export function bashScript(table: Table): string {
  const flags = valuedFlags(table);
  return `# bash completion for nigari. Load it: eval "$(npx nigari completion bash)"
# It completes the command nigari; where that is not on your PATH, define it: nigari() { npx nigari "$@"; }

_nigari_offer() {
  local candidate
  while IFS= read -r candidate; do
    if [[ -n $candidate && $candidate == "$1"* ]]; then COMPREPLY+=("$candidate"); fi
  done
}

_nigari_names() {
  case \${COMP_WORDS[0]} in
    */*) "\${COMP_WORDS[0]}" --chdir "$1" completion words "$2" ;;
    *) nigari --chdir "$1" completion words "$2" ;;
  esac 2>/dev/null </dev/null
}

_nigari() {
  local word=\${COMP_WORDS[COMP_CWORD]} last=$((COMP_CWORD - 1)) place='' folder=. index
  COMPREPLY=()
  # bash makes three words of --format=json.
  if [[ $word == '=' ]]; then word=''; elif [[ \${COMP_WORDS[last]} == '=' ]]; then last=$((last - 1)); fi
  for ((index = 1; index < COMP_CWORD; index += 1)); do
    case "$place \${COMP_WORDS[index]}" in
      *' --') return ;;
${flags.map((flag) => `      ${pattern(flag.path, flag.name)}) ${skip(flag)} ;;`).join('\n')}
${steps(table)
  .map(({ from, by, path }) => `      ${pattern(from, by)}) place=${shellQuoted(path)} ;;`)
  .join('\n')}
    esac
  done
  case "$place \${COMP_WORDS[last]}" in
${flags.map((flag) => `    ${pattern(flag.path, flag.name)}) ${valueAction(flag)}return ;;`).join('\n')}
  esac
  case $place in
${table.places.map((place) => `    ${shellQuoted(place.path)}) ${placeAction(place, table)} ;;`).join('\n')}
  esac
}

complete -o bashdefault -o default -F _nigari nigari
`;
}

/** A word behind the verbs before it, or behind any. */
function pattern(path: string | null, word: string): string {
  return path === null ? `*${shellQuoted(` ${word}`)}` : shellQuoted(`${path} ${word}`);
}

/** The word behind an option is no verb; behind --chdir it is the folder whose nodes are wanted. */
function skip({ value }: Valued): string {
  const next = "index=$((index + 1)); if [[ ${COMP_WORDS[index]} == '=' ]]; then index=$((index + 1)); fi";
  return value === 'folder' ? `${next}; folder=\${COMP_WORDS[index]}; folder=\${folder/#\\~\\//$HOME/}` : next;
}

function valueAction({ value }: Valued): string {
  if (value === 'any') return '';
  if (value !== 'folder') return `${offer(value)}; `;
  return 'compopt -o filenames 2>/dev/null; _nigari_offer "$word" < <(compgen -d -- "$word"); ';
}

function offer(words: readonly string[]): string {
  return `_nigari_offer "$word" <<< ${shellQuoted(words.join('\n'))}`;
}

/** Options where a dash was typed, and where there is nothing else. */
function placeAction({ verbs, options, args }: Place, { common }: Table): string {
  const flags = offer([...options, ...common].flatMap(({ names }) => names));
  const words = [...verbs.map(({ name }) => name), ...(typeof args === 'string' ? [] : args)];
  if (words.length === 0 && typeof args !== 'string') return flags;
  const others = args === 'names' ? '_nigari_offer "$word" < <(_nigari_names "$folder" "$word")' : offer(words);
  return `if [[ $word == -* ]]; then ${flags}; else ${others}; fi`;
}
