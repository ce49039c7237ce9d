/** The completion script for fish, from 3.0 on. */
import { fishQuoted } from './quote.ts';
import { steps, valuedFlags, type Flag, type Place, type Table } from './table.ts';

/** Verbs, options and their values are in the script; only names that `explain` takes are asked for, at the Tab. */
export function fishScript(table: Table): string {
  return `# fish completion for nigari. Load it: npx nigari completion fish | source
# It completes the command nigari; where that is not on your PATH, define it: function nigari; npx nigari $argv; end

# The verbs that were typed, and the folder behind --chdir.
function __nigari_read
    set -g __nigari_place ''
    set -g __nigari_folder .
    set -l words (commandline -opc)
    set -l index 2
    while test $index -le (count $words)
        switch "$__nigari_place $words[$index]"
            case '* --'
                set -g __nigari_place --
${skips(table)}
${steps(table)
  .map(
    ({ from, by, path }) =>
      `            case ${fishQuoted(`${from} ${by}`)}\n                set -g __nigari_place ${fishQuoted(path)}`,
  )
  .join('\n')}
        end
        set index (math $index + 1)
    end
end

function __nigari_at
    __nigari_read
    test "$__nigari_place" = "$argv[1]"
end

function __nigari_names
    __nigari_read
    set -l command (commandline -opc)[1]
    $command --chdir $__nigari_folder completion words (commandline -ct) 2>/dev/null </dev/null
end

complete -c nigari -f
${table.common.map((flag) => `complete -c nigari ${flagWords(flag)}`).join('\n')}
${table.places
  .map(placeLines)
  .filter((lines) => lines !== '')
  .join('\n')}
`;
}

/** The word behind an option is no verb; behind --chdir it is the folder whose nodes are wanted. */
function skips(table: Table): string {
  return valuedFlags(table)
    .flatMap(({ path, name, value }) => {
      const lines = [
        `            case ${fishQuoted(`${path ?? '*'} ${name}`)}`,
        `                set index (math $index + 1)`,
      ];
      const folder = '                test $index -le (count $words); and set -g __nigari_folder $words[$index]';
      return value === 'folder' ? [...lines, folder] : lines;
    })
    .join('\n');
}

function placeLines({ path, verbs, options, args }: Place): string {
  const here = `complete -c nigari -n ${fishQuoted(`__nigari_at ${fishQuoted(path)}`)}`;
  const words = typeof args === 'string' ? [] : args.map((name) => ({ name, summary: '' }));
  return [
    ...[...verbs, ...words].map(
      ({ name, summary }) => `${here} -a ${fishQuoted(name)}${summary === '' ? '' : ` -d ${fishQuoted(summary)}`}`,
    ),
    ...(args === 'names' ? [`${here} -a '(__nigari_names)'`] : []),
    ...(typeof args === 'string' ? [`${here} -F`] : []),
    ...options.map((flag) => `${here} ${flagWords(flag)}`),
  ].join('\n');
}

function flagWords({ names, summary, value }: Flag): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...valueWords(value), '-d', fishQuoted(summary)].join(' ');
}

function valueWords(value: Flag['value']): readonly string[] {
  if (value === null) return [];
  if (value === 'folder') return ["-x -a '(__fish_complete_directories)'"];
  return value === 'any' ? ['-r'] : [`-x -a ${fishQuoted(value.join(' '))}`];
}
