/** The calls of tofu, as values. */
import type { Command } from '../types.ts';

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
}

/** `tofu init`: installs providers, opens the backend. Never asks: what it lacks is an error. */
export function initCommand(call: TofuCall): Command {
  return tofu(call, 'init');
}

/** `tofu plan`. */
export function planCommand(call: TofuCall): Command {
  return tofu(call, 'plan');
}

/** `tofu version -json`; `checkVersion` reads what it says. */
export function versionCommand(tofu: string, directory: string): Command {
  return { file: tofu, args: ['version', '-json'], cwd: directory, env: { CHECKPOINT_DISABLE: '1' } };
}

function tofu({ tofu: file, directory, env, colour, args = [] }: TofuCall, subcommand: 'init' | 'plan'): Command {
  const always = ['-input=false', ...(colour ? [] : ['-no-color'])];
  return { file, args: [subcommand, ...always, ...args], cwd: directory, env };
}
