/** `nigari completion`: prints a script by which a shell completes what is typed, and the words that it asks for. */
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { tableOf, type Completable } from '../completion/table.ts';
import { zshScript } from '../completion/zsh.ts';
import { suggestion } from '../config/suggest.ts';
import { Exit, Refusal } from '../problem.ts';
import type { CommandResult, Context } from './context.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The shells that there is a script for. */
const SHELLS = Object.keys(SCRIPTS) as readonly (keyof typeof SCRIPTS)[];

/**
 * @param args a shell; or `words` and what was typed, which is how the scripts ask for names
 * @param program the tables of the command line
 * @throws Refusal 2 for another shell
 */
export async function completion(context: Context, args: readonly string[], program: Completable): CommandResult {
  const [shell = '', typed = ''] = args;
  if (shell === 'words') return words(context, typed);
  if (!isShell(shell)) throw new Refusal([unknownShell(shell)], Exit.refusedInput);
  const { RULES } = await import('../config/rules.ts');
  const table = tableOf(
    program,
    RULES.map(({ code }) => code),
  );
  context.reporter.result(SCRIPTS[shell](table));
  return Exit.done;
}

function isShell(name: string): name is keyof typeof SCRIPTS {
  return Object.hasOwn(SCRIPTS, name);
}

function unknownShell(name: string) {
  const near = suggestion(name, SHELLS);
  return {
    code: 'unknown-shell',
    severity: 'error' as const,
    message: name === '' ? 'completion needs to know which shell' : `there is no completion for ${name}`,
    hint: near === null ? `there are ${SHELLS.join(', ')}` : `did you mean ${near}?`,
  };
}

/** A Tab must never print an error: what cannot be read has no names. */
async function words({ root, reporter }: Context, typed: string): CommandResult {
  const { loadInputs } = await import('../system/inputs.ts');
  const { parseYaml } = await import('../config/yaml.ts');
  const { wordsFor } = await import('../completion/names.ts');
  const { nodes } = await loadInputs(root);
  const file = nodes.ok ? parseYaml(nodes.value) : nodes;
  const list = file.ok ? file.value.value['nodes'] : [];
  const names = Array.isArray(list) ? list.map((node: unknown) => nameOf(node)) : [];
  const found = wordsFor(typed, names);
  if (found.length > 0) reporter.result(found.join('\n'));
  return Exit.done;
}

function nameOf(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'name' in node ? node.name : null;
}
