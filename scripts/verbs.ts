/** Every verb of the command line: one table for help, completion and the program itself. */
import type { Completable, Option } from './completion/table.ts';
import { FORMATS } from './report/format.ts';
import { CHANGES } from './verbs/changes.ts';
import { INFRA } from './verbs/infra.ts';
import { PROXMOX } from './verbs/proxmox.ts';
import { SECRETS } from './verbs/secrets.ts';
import { BOOTSTRAP, TALOS } from './verbs/talos.ts';
import { JSON_OPTION, type Verb, type VerbGroup } from './verbs/verb.ts';

const EXECUTING = `Each top-level value becomes a variable of its name. SOPS_AGE_* is not passed
on. The command has this terminal, gets the signals, and its exit code is that
of nigari; what it prints is not masked.

Examples:
  nigari exec -- env
  nigari exec --file secrets.sops.yaml --pristine -- ./deploy.sh --now`;

export const VERBS: readonly (Verb | VerbGroup)[] = [
  {
    name: 'init',
    summary: 'make what is missing in a new project: the two YAML files, age.key, .sops.yaml, Taskfile.yml …',
    options: [
      ['--commit-config', 'move the credentials of cluster.yaml into cluster.sops.yaml, so that git may have it'],
      JSON_OPTION,
    ],
    more: 'A file that exists is never changed, but for a marked block in .gitignore and\n.gitattributes.\n\nExamples:\n  nigari init\n  nigari init --commit-config',
    run: async (context, { commitConfig = false }) =>
      commitConfig
        ? (await import('./commands/init/commit-config.ts')).commitConfig(context)
        : (await import('./commands/init/init.ts')).init(context),
  },
  ...CHANGES,
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
    options: [
      ['--online', 'ask Proxmox VE, the state server and the image factory, too, for all that an apply will need'],
      JSON_OPTION,
    ],
    more: 'Examples:\n  nigari doctor\n  nigari doctor --online',
    run: async (context, { online = false }) => (await import('./commands/doctor/doctor.ts')).doctor(context, online),
  },
  {
    name: 'guard',
    summary: 'refuse a commit that would hold a secret in clear; looks at what is staged, not at the work tree',
    options: [
      ['--all', 'look at every file that git tracks'],
      ['--range <commits>', 'look at what each commit of a range brings: A..B'],
      JSON_OPTION,
    ],
    more: 'Examples:\n  nigari guard\n  nigari guard --all\n  nigari guard --range origin/main..HEAD\n\ndocs/security.md has the lines for lefthook and for a plain hook.',
    speaksOfSecrets: true,
    run: async (context, { all = false, range }) =>
      (await import('./commands/guard/guard.ts')).guard(context, all, range ?? null),
  },
  {
    name: 'explain',
    summary: 'tell what a value is, where it came from, and what it overrode',
    options: [JSON_OPTION],
    args: ['[names...]', 'a key, a node and a key, or file:line[:column]; nothing: everything'],
    completes: 'names',
    more: 'Examples:\n  nigari explain\n  nigari explain nodes.k8s-cp-1.memory\n  nigari explain terraform.tfvars:31',
    run: async (context, _, args) => (await import('./commands/explain.ts')).explain(context, args),
  },
  {
    name: 'rules',
    summary: 'tell what check can find, and why it matters',
    options: [JSON_OPTION],
    args: ['[codes...]', 'codes of rules; nothing: all of them'],
    completes: 'rules',
    more: 'Example:\n  nigari rules cidr-host-bits',
    run: async (context, _, args) => (await import('./commands/rules.ts')).rules(context, args),
  },
  {
    name: 'language-server',
    summary: 'tell an editor what check finds, while you type (LSP on stdin and stdout)',
    options: [['--stdio', 'accepted because editors say it; there is no other way']],
    more: 'docs/editors.md has the lines for each editor.',
    run: async (context) => (await import('./commands/language-server/language-server.ts')).languageServer(context),
  },
  {
    name: 'completion',
    summary: 'print a script by which bash, zsh or fish completes nigari',
    args: ['[shell]', 'bash, zsh or fish'],
    completes: ['bash', 'zsh', 'fish'],
    more: 'Example:\n  eval "$(npx nigari completion bash)"',
    run: async (context, _, args) => (await import('./commands/completion.ts')).completion(context, args, program()),
  },
  INFRA,
  BOOTSTRAP,
  TALOS,
  PROXMOX,
  SECRETS,
  {
    name: 'exec',
    summary: 'run one command with the secrets of a sealed file in its environment',
    options: [
      ['--file <file>', 'the sealed file (default: infrastructure/secrets.sops.yaml)'],
      ['--pristine', 'pass on nothing else of this environment but PATH, HOME, TERM, LANG and the like'],
    ],
    args: ['[command...]', 'the command and its arguments, behind --'],
    completes: 'files',
    more: EXECUTING,
    runs: 'the command',
    actsAsChild: true,
    run: async (context, { file = null, pristine = false }, args) =>
      (await import('./commands/exec.ts')).exec(context, args, { file, pristine }),
  },
];

export const GLOBAL_OPTIONS: readonly Option[] = [
  ['--chdir <dir>', 'work in this folder (default: this one)'],
  ['--no-color', 'no colours (also: NO_COLOR)'],
  ['--verbose', 'tell also what comments in the inputs silence'],
];

/** Everything that can be completed. */
function program(): Completable {
  return { name: 'nigari', summary: '', options: GLOBAL_OPTIONS, verbs: VERBS };
}
