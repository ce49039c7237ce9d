/** Every verb of the command line: one table for help, completion and the program itself. */
import type { CommandResult, Context } from './commands/context.ts';
import type { Completable, Completes, Option } from './completion/table.ts';
import { FORMATS, type Format } from './report/format.ts';

/** What a person may say behind a verb; global ones may stand before it too. */
export interface Options {
  readonly chdir: string;
  readonly color: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly format?: Format;
  readonly strict?: boolean;
  readonly init?: boolean;
  readonly force?: boolean;
  readonly watch?: boolean;
}

/** One verb: what help and completion say of it, and the file that tells its story, loaded when it is called. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** What its arguments are; without it there are none. */
  readonly args?: string;
  readonly completes?: Completes;
  readonly more?: string;
  /** Hands its arguments on to tofu, and leaves stdout to it: a plan that goes to a file is all that is in it. */
  readonly runsTofu?: true;
  readonly run: (context: Context, options: Options, args: readonly string[]) => CommandResult;
}

const JSON_OPTION = ['--json', 'print the result as JSON, and only that, on stdout'] as const;

export const VERBS: readonly Verb[] = [
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
    options: [
      ['--format <format>', 'how to say what was found; in a workflow of GitHub its annotations', FORMATS],
      ['--strict', 'take warnings for errors'],
      ['--watch', 'check again after every save, until Ctrl-C'],
      ['--json', 'the same as --format json'],
    ],
    more: 'Examples:\n  nigari check --strict\n  nigari check --format sarif > nigari.sarif',
    run: async (context, { format = null, strict = false, watch = false }) =>
      watch
        ? (await import('./commands/watch.ts')).watch(context)
        : (await import('./commands/check.ts')).check(context, { format, strict }),
  },
  {
    name: 'doctor',
    summary: 'look at tools, keys and the repository, and say what to do',
    options: [JSON_OPTION],
    more: 'Example:\n  nigari doctor',
    run: async (context) => (await import('./commands/doctor.ts')).doctor(context),
  },
  {
    name: 'explain',
    summary: 'tell what a value is, where it came from, and what it overrode',
    options: [JSON_OPTION],
    args: 'a key, a node and a key, or file:line[:column]; nothing: everything',
    completes: 'names',
    more: 'Examples:\n  nigari explain\n  nigari explain nodes.k8s-cp-1.memory\n  nigari explain terraform.tfvars:31',
    run: async (context, _, args) => (await import('./commands/explain.ts')).explain(context, args),
  },
  {
    name: 'rules',
    summary: 'tell what check can find, and why it matters',
    options: [JSON_OPTION],
    args: 'codes of rules; nothing: all of them',
    completes: 'rules',
    more: 'Example:\n  nigari rules cidr-host-bits',
    run: async (context, _, args) => (await import('./commands/rules.ts')).rules(context, args),
  },
  {
    name: 'language-server',
    summary: 'tell an editor what check finds, while you type (LSP on stdin and stdout)',
    options: [['--stdio', 'accepted because editors say it; there is no other way']],
    more: 'docs/editors.md has the lines for each editor.',
    run: async (context) => (await import('./commands/language-server.ts')).languageServer(context),
  },
  {
    name: 'completion',
    summary: 'print a script by which bash, zsh or fish completes nigari',
    args: 'bash, zsh or fish',
    completes: ['bash', 'zsh', 'fish'],
    more: 'Example:\n  eval "$(npx nigari completion bash)"',
    run: async (context, _, args) => (await import('./commands/completion.ts')).completion(context, args, program()),
  },
];

const TOFU_ARGS = 'passed on to tofu; its options go behind --';

const INFRA_VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'run tofu init',
    args: TOFU_ARGS,
    completes: 'files',
    more: 'Example:\n  nigari infra init -- -upgrade',
    runsTofu: true,
    run: async (context, _, args) => (await import('./commands/infra.ts')).infraInit(context, args),
  },
  {
    name: 'plan',
    summary: 'run tofu plan, after tofu init where that is due',
    args: TOFU_ARGS,
    completes: 'files',
    more: 'Examples:\n  nigari infra plan\n  nigari infra plan -- -refresh=false -out=tfplan',
    runsTofu: true,
    run: async (context, _, args) => (await import('./commands/infra.ts')).infraPlan(context, args),
  },
];

export const INFRA = {
  name: 'infra',
  summary: 'run OpenTofu',
  description: 'Run OpenTofu with the secrets of the project in its environment.',
  verbs: INFRA_VERBS,
} as const;

export const GLOBAL_OPTIONS: readonly Option[] = [
  ['--chdir <dir>', 'work in this folder (default: this one)'],
  ['--no-color', 'no colours (also: NO_COLOR)'],
  ['--verbose', 'tell also what comments in the inputs silence'],
];

/** Everything that can be completed. */
function program(): Completable {
  return { name: 'nigari', summary: '', options: GLOBAL_OPTIONS, verbs: [...VERBS, INFRA] };
}
