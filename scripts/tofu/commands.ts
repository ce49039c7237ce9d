/** The calls of tofu, as values. */
import type { Command } from '../types.ts';
import { SUBCOMMANDS, type SubcommandName } from './subcommands.ts';

export interface TofuCall {
  /** The program, by absolute path. */
  readonly tofu: string;
  /** The instance's directory, absolute: tofu's working directory. */
  readonly directory: string;
  /** From `tofuEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether a terminal shows the output; tofu colours into files too unless told not to. */
  readonly colour: boolean;
  /** What the user wrote after `--`, handed over as it is. */
  readonly args?: readonly string[];
  readonly stdin?: string;
}

/** `tofu <subcommand>`. Never asks for a variable or a credential: what it lacks is an error. */
export function tofuCommand(
  { tofu: file, directory, env, colour, args = [], stdin }: TofuCall,
  name: SubcommandName,
): Command {
  const { words, always } = SUBCOMMANDS[name];
  const plain = colour ? [] : ['-no-color'];
  return {
    file,
    args: [...words, ...always, ...plain, ...args],
    cwd: directory,
    env,
    ...(stdin !== undefined && { stdin }),
  };
}

/** `tofu version -json`; `checkVersion` reads what it says. */
export function versionCommand(tofu: string, directory: string): Command {
  return { file: tofu, args: ['version', '-json'], cwd: directory, env: { CHECKPOINT_DISABLE: '1' } };
}
