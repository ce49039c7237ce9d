/** argv → one command → exit code. The only file that ends the process. */
import { statSync } from 'node:fs';
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import { Command, CommanderError, Option } from 'commander';
import { callFor, type Context } from './commands/context.ts';
import { Exit, Refusal, type ExitCode } from './problem.ts';
import { crashText } from './report/crash.ts';
import { summaryText } from './report/text.ts';
import { withoutValue } from './report/usage.ts';
import { wasCutShort } from './system/cut-short.ts';
import { coloursFor, reporterFor } from './system/terminal.ts';
import { GLOBAL_OPTIONS, VERBS } from './verbs.ts';
import type { Options, Verb, VerbGroup } from './verbs/verb.ts';
import { VERSION } from './version.ts';

async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = Exit.done;
  const program = declareProgram((verb, command) => async () => {
    exitCode = await runVerb(verb, command, argumentsOf(command, argv));
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

/** Behind an option that it does not know, commander leaves the `--` of the user among the arguments. */
function argumentsOf({ args }: Command, argv: readonly string[]): readonly string[] {
  const dashes = (words: readonly string[]): number => words.filter((word) => word === '--').length;
  const first = args.indexOf('--');
  return first >= 0 && dashes(args) === dashes(argv) ? args.toSpliced(first, 1) : args;
}

async function runVerb(verb: Verb, command: Command, args: readonly string[]): Promise<ExitCode> {
  const options = command.optsWithGlobals<Options>();
  const interruption = verb.actsAsChild ? NO_INTERRUPTIONS : interruptions();
  const { signal } = interruption;
  let surroundings = surroundingsOf(verb, options);
  try {
    const root = projectRoot(options.chdir);
    if (wasCutShort(root))
      await (await import('./commands/recover.ts')).recoverFirst({ root, reporter: surroundings.reporter });
    const ended = (await verb.shortcut?.({ ...surroundings, root, signal }, options)) ?? null;
    if (ended !== null) return ended;
    surroundings = surroundingsOf(verb, options, await framesFor(verb, options));
    const exitCode = await verb.run({ ...surroundings, root, signal }, options, args);
    return signal.aborted ? Exit.interrupted : exitCode;
  } catch (error) {
    const exitCode = await explain(error, surroundings, options);
    return signal.aborted && exitCode !== Exit.bug ? Exit.interrupted : exitCode;
  } finally {
    interruption.release();
  }
}

/** What a command is given of the process that it runs in. */
function surroundingsOf(verb: Verb, options: Options, frames: Frames = {}): Omit<Context, 'root' | 'signal'> {
  const { chdir, color, format, json = false, verbose = false } = options;
  const { stdout, stderr, env, platform } = process;
  const handsOn = verb.runs !== undefined && !stdout.isTTY;
  const data = json || format === 'json' || format === 'sarif' || verb.prints === true || handsOn;
  const reporter = reporterFor({ stdout, stderr, env, noColor: !color, data, ...frames });
  const colour = coloursFor(stdout, env, !color).isColorSupported;
  return { env, platform, reporter, json, verbose, terminal: stdout.isTTY, colour, call: callFor(chdir) };
}

type Frames = Pick<Parameters<typeof reporterFor>[0], 'frames'>;

/** Code frames are for terminals, and need the YAML parser: no other run waits for it. */
async function framesFor(verb: Verb, { chdir }: Options): Promise<Frames> {
  if (!process.stderr.isTTY || verb.speaksOfSecrets) return {};
  const { projectFrames } = await import('./system/sources.ts');
  return { frames: projectFrames(resolve(chdir)) };
}

/** Expected failures print their problems; anything else is a bug and shows where it happened. */
async function explain(
  error: unknown,
  surroundings: Omit<Context, 'root' | 'signal'>,
  { chdir, format }: Options,
): Promise<ExitCode> {
  const { reporter, json } = surroundings;
  if (!(error instanceof Refusal)) return sayCrash(error);
  const { sayProblems } = await import('./commands/findings.ts');
  sayProblems({ ...surroundings, root: resolve(chdir) }, error.problems, format ?? (json ? 'json' : 'text'));
  if (error.exitCode === Exit.interrupted) reporter.line('interrupted');
  else reporter.line(summaryText(error.problems), 'bad');
  return error.exitCode;
}

/** Node itself would print the message, and whatever else hangs on the error. */
function sayCrash(error: unknown): ExitCode {
  process.stderr.write(crashText(error, VERSION, process.env['NIGARI_CRASH_MESSAGE'] === '1'));
  return Exit.bug;
}

/** How often Ctrl-C must be pressed to leave at once, whatever is half done. */
const IMPATIENT = 3;

/** The first Ctrl-C asks to stop at the next safe point; a child such as tofu gets it too, and is waited for. */
function interruptions(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  // Works that go on at once all listen.
  setMaxListeners(0, controller.signal);
  let times = 0;
  const onSignal = (): void => {
    times += 1;
    if (times >= IMPATIENT) process.exit(Exit.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

const NO_INTERRUPTIONS = { signal: new AbortController().signal, release: () => {} };

/** @throws Refusal 2 when it is no folder */
function projectRoot(chdir: string): string {
  const root = resolve(chdir);
  // An empty name is a variable that somebody forgot to set, not this folder.
  if (chdir !== '' && statSync(root, { throwIfNoEntry: false })?.isDirectory()) return root;
  throw new Refusal(
    [
      {
        code: 'folder-missing',
        severity: 'error',
        message: `there is no folder ${chdir === '' ? 'with an empty name' : chdir}`,
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
  nigari infra plan -refresh=false
  nigari --chdir ../other doctor

Exit codes: 0 done, 1 a bug in nigari, 2 inputs refused, 3 templates refused,
4 another program failed, 5 work to do (configure --check), 130 interrupted`;

type Act = (verb: Verb, command: Command) => () => Promise<void>;

function declareProgram(act: Act): Command {
  const program = new Command('nigari')
    .description('Turns cluster.yaml and nodes.yaml into a complete OpenTofu project for Talos Linux VMs on Proxmox.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (said, write) => write(withoutValue(said)) })
    .showHelpAfterError('run it with --help for usage')
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  for (const [flags, description] of GLOBAL_OPTIONS) program.option(flags, description);
  program.setOptionValue('chdir', '.');
  declareAll(program, VERBS, act);
  return program;
}

function declareAll(parent: Command, verbs: readonly (Verb | VerbGroup)[], act: Act): void {
  for (const verb of verbs) {
    if ('run' in verb) declareVerb(parent, verb, act);
    else declareAll(parent.command(verb.name).summary(verb.summary).description(verb.description), verb.verbs, act);
  }
}

function declareVerb(parent: Command, verb: Verb, act: Act): void {
  const command = parent.command(verb.name).description(verb.summary);
  for (const [flags, description, choices] of verb.options ?? []) {
    const option = new Option(flags, description);
    command.addOption(choices === undefined ? option : option.choices(choices));
  }
  if (verb.args !== undefined) command.argument(...verb.args);
  if (verb.handsOnOptions) command.allowUnknownOption();
  else if (verb.runs !== undefined) {
    command.showHelpAfterError(`options for ${verb.runs} go behind --; run it with --help for usage`);
  }
  if (verb.more !== undefined) command.addHelpText('after', `\n${verb.more}`);
  command.action(act(verb, command));
}

// Last, when everything above has its value.
process.on('uncaughtException', (error) => process.exit(sayCrash(error)));
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
