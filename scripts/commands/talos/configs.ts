/** `nigari talos kubeconfig` and `talosconfig`: the administrator's own credentials, to stdout or into the user's own file. */
import { reveal } from '../../config/secret.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { readUserFile, userPath } from '../../system/user-files.ts';
import { writeUserConfig } from '../../system/user-config.ts';
import { userTalosconfig } from '../../talos/user-talosconfig.ts';
import { mergeConfig, type ConfigKind } from '../../talos/merge-config.ts';
import type { CommandResult, Context } from '../context.ts';
import { fetchKubeconfig } from './kubernetes.ts';
import { openSession, type Session } from './session.ts';
import { type SecretText } from './talosctl.ts';

export interface ConfigsOptions {
  readonly staleOk: boolean;
  readonly stdout: boolean;
  readonly merge: boolean;
  /** Null for where the program itself looks. */
  readonly file: string | null;
}

interface Program {
  readonly kind: ConfigKind;
  readonly variable: string;
  readonly usual: string;
  readonly make: (session: Session) => Promise<SecretText>;
}

const PROGRAMS = {
  kubeconfig: { kind: 'kube', variable: 'KUBECONFIG', usual: '~/.kube/config', make: fetchKubeconfig },
  talosconfig: {
    kind: 'talos',
    variable: 'TALOSCONFIG',
    usual: '~/.talos/config',
    make: async (session) => userTalosconfigOf(session),
  },
} as const satisfies Readonly<Record<string, Program>>;

export type ConfigName = keyof typeof PROGRAMS;

/** @throws Refusal 2 where nobody said where it shall go: it is written in clear */
export async function talosConfig(context: Context, name: ConfigName, options: ConfigsOptions): CommandResult {
  if (options.stdout === options.merge) throw new Refusal([whereTo(name)], Exit.refusedInput);
  const program: Program = PROGRAMS[name];
  const session = await openSession(context, options.staleOk);
  const { text } = await program.make(session);
  if (options.stdout) context.reporter.value(reveal(text));
  else await mergeInto(context, program, options.file, reveal(text));
  return Exit.done;
}

async function mergeInto(
  context: Context,
  { kind, variable, usual }: Program,
  named: string | null,
  text: string,
): Promise<void> {
  const [first] = (context.env[variable] ?? '').split(context.platform === 'win32' ? ';' : ':');
  const file = named ?? (first || usual);
  const own = must(await readUserFile(file, context), Exit.refusedInput) ?? '';
  const merged = must(mergeConfig(kind, file, own, text), Exit.refusedInput);
  must(await writeUserConfig(userPath(file, context), merged), Exit.refusedInput);
  context.reporter.line(`${own === '' ? 'created' : 'updated'}  ${file}, which only you can read`, 'good');
}

/** With addresses: a new one has none. */
function userTalosconfigOf({ cluster, talosconfig }: Session): SecretText {
  return { text: userTalosconfig(cluster, talosconfig) };
}

const whereTo = (name: ConfigName): Problem => ({
  code: 'config-place',
  severity: 'error',
  message: `a ${name} lets everybody in who can read it: nigari writes it nowhere by itself`,
  hint: `into your own file:  nigari talos ${name} --merge\nto another program:   nigari talos ${name} --stdout`,
});
