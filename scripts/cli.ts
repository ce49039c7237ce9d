/** argv → one command → exit code. The only file that ends the process. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import type { CommandResult, Context } from './commands/context.ts';
import { Exit, Refusal, type ExitCode } from './problem.ts';
import { reporterFor, type Reporter } from './system/terminal.ts';

/** Put in by the build. */
declare const NIGARI_VERSION: string;

interface Options {
  readonly chdir: string;
  readonly color: boolean;
  readonly json?: boolean;
  readonly init?: boolean;
  readonly force?: boolean;
}

/** One verb: what help says of it, and the file that tells its story, loaded when it is called. */
interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** What the arguments behind the name are for; without it none are taken. */
  readonly args?: string;
  readonly more?: string;
  readonly run: (context: Context, options: Options, args: readonly string[]) => CommandResult;
}

const JSON_OPTION = ['--json', 'print the result as JSON, and only that, on stdout'] as const;

const VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'make what is missing in a new project: the two YAML files, age.key, .sops.yaml, Taskfile.yml …',
    options: [JSON_OPTION],
    more: 'A file that exists is never changed, but for a marked block in .gitignore.',
    run: async (context) => (await import('./commands/init.ts')).init(context),
  },
  {
    name: 'configure',
    summary: 'generate infrastructure/ from cluster.yaml and nodes.yaml, seal its secrets, run tofu init',
    options: [
      ['--no-init', 'do not run tofu init'],
      ['--force', 'overwrite files that nigari did not make'],
      JSON_OPTION,
    ],
    more: 'Examples:\n  nigari configure\n  nigari configure --no-init --json',
    run: async (context, options) =>
      (await import('./commands/configure.ts')).configure(context, {
        init: options.init !== false,
        force: options.force === true,
      }),
  },
  {
    name: 'check',
    summary: 'find what is wrong in the inputs and templates, without a key and without writing',
    options: [JSON_OPTION],
    more: 'Example:\n  nigari check --json',
    run: async (context) => (await import('./commands/check.ts')).check(context),
  },
  {
    name: 'doctor',
    summary: 'look at tools, keys and the repository, and say what to do',
    options: [JSON_OPTION],
    more: 'Example:\n  nigari doctor',
    run: async (context) => (await import('./commands/doctor.ts')).doctor(context),
  },
];

const INFRA_VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'run tofu init',
    args: 'passed on to tofu; options behind --',
    more: 'Example:\n  nigari infra init -- -upgrade',
    run: async (context, _, args) => (await import('./commands/infra.ts')).infraInit(context, args),
  },
  {
    name: 'plan',
    summary: 'run tofu plan, after tofu init where that is due',
    args: 'passed on to tofu; options behind --',
    more: 'Example:\n  nigari infra plan -- -refresh=false',
    run: async (context, _, args) => (await import('./commands/infra.ts')).infraPlan(context, args),
  },
];

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = Exit.done;
  const program = declareProgram((verb, command) => async () => {
    exitCode = await runVerb(verb, command);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed help, version or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.done : Exit.refusedInput;
    throw error;
  }
}

async function runVerb(verb: Verb, command: Command): Promise<ExitCode> {
  const options = command.optsWithGlobals<Options>();
  const json = options.json === true;
  const { stdout, stderr, env, platform } = process;
  const reporter = reporterFor({ stdout, stderr, env, noColor: !options.color, data: json });
  const interruption = interruptions();
  try {
    const root = projectRoot(options.chdir);
    const exitCode = await verb.run(
      { root, env, platform, reporter, json, terminal: stdout.isTTY, signal: interruption.signal },
      options,
      command.args,
    );
    return interruption.signal.aborted ? Exit.interrupted : exitCode;
  } catch (error) {
    return explain(error, reporter, json);
  } finally {
    interruption.release();
  }
}

/** Expected failures print their problems; anything else is a bug and shows its stack. */
function explain(error: unknown, reporter: Reporter, json: boolean): ExitCode {
  if (!(error instanceof Refusal)) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.stderr.write(`this is a bug in nigari ${NIGARI_VERSION}: please report it with the lines above\n`);
    return Exit.bug;
  }
  reporter.problems(error.problems);
  if (json) reporter.result(JSON.stringify({ problems: error.problems }, null, 2));
  const errors = error.problems.filter((problem) => problem.severity === 'error').length;
  if (error.exitCode === Exit.interrupted) reporter.line('interrupted');
  else reporter.line(errors === 1 ? '1 error' : `${errors} errors`, 'bad');
  return error.exitCode;
}

/** The first Ctrl-C asks to stop at the next safe point, the second stops at once. */
function interruptions(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(Exit.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

/** @throws Refusal 2 when it is no folder */
function projectRoot(chdir: string): string {
  const root = resolve(chdir);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return root;
  throw new Refusal(
    [
      {
        code: 'folder-missing',
        severity: 'error',
        message: `there is no folder ${chdir}`,
        hint: 'make it first, or check --chdir',
      },
    ],
    Exit.refusedInput,
  );
}

const EXAMPLES = `
Examples:
  nigari init                       make what a new project needs
  nigari configure                  generate infrastructure/, then run tofu init
  nigari check --json               findings as JSON, for editors and CI
  nigari infra plan -- -refresh=false
  nigari --chdir ../other doctor

Exit codes: 0 done, 1 a bug in nigari, 2 inputs refused, 3 templates refused,
4 another program failed, 130 interrupted`;

type Act = (verb: Verb, command: Command) => () => Promise<void>;

function declareProgram(act: Act): Command {
  const program = new Command('nigari')
    .description('Turns cluster.yaml and nodes.yaml into a complete OpenTofu project for Talos Linux VMs on Proxmox.')
    .version(NIGARI_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--chdir <dir>', 'work in this folder', '.')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .showHelpAfterError('run it with --help for usage')
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  for (const verb of VERBS) declareVerb(program, verb, act);
  const infra = program
    .command('infra')
    .summary('run OpenTofu')
    .description('Run OpenTofu with the secrets of the project in its environment.');
  for (const verb of INFRA_VERBS) declareVerb(infra, verb, act);
  return program;
}

function declareVerb(parent: Command, verb: Verb, act: Act): void {
  const command = parent.command(verb.name).description(verb.summary);
  for (const [flags, description] of verb.options ?? []) command.option(flags, description);
  if (verb.args !== undefined) command.argument('[arguments...]', verb.args);
  if (verb.more !== undefined) command.addHelpText('after', `\n${verb.more}`);
  command.action(act(verb, command));
}
