/** `nigari bootstrap …` and `nigari talos …` */
import type { Option } from '../completion/table.ts';
import { Exit, Refusal } from '../problem.ts';
import { APPLY_MODES } from '../talos/apply-modes.ts';
import { SCHEMATIC } from './talos-schematic.ts';
import { JSON_OPTION, type Options, type Verb, type VerbGroup } from './verb.ts';

const STALE_OK: Option = ['--stale-ok', 'go on though the inputs have changed since the files were made'];
const TIMEOUT: Option = ['--timeout <seconds>', 'how long each wait may take (default: 600)'];
const YES: Option = ['--yes', 'agree to what cannot be undone, without a question'];
const DRY_RUN: Option = ['--dry-run', 'only tell what would be done'];

/** A node is named behind the verb, or by the option that talosctl has, too. */
const NODE: Option = ['--node <names...>', 'the same as naming them without it'];
const NODES = ['[nodes...]', 'names of nodes; nothing: all of them'] as const;

const named = ({ node = [] }: Options, args: readonly string[]): readonly string[] => [...new Set([...args, ...node])];

/** @throws Refusal 2 for none, and for more than one */
function oneNamed(options: Options, args: readonly string[]): string {
  const [name, ...more] = named(options, args);
  if (name !== undefined && more.length === 0) return name;
  const message = name === undefined ? 'no node is named' : 'this is done to one node at a time';
  throw new Refusal(
    [{ code: 'one-node', severity: 'error', message, hint: 'name one, as in: nigari talos reset k8s-worker-1' }],
    Exit.refusedInput,
  );
}

/** A machine that installs itself from an image that it still has to fetch takes minutes. */
const USUAL_SECONDS = 600;

const seconds = ({ timeout }: Options): number => secondsOf('--timeout', timeout, USUAL_SECONDS);

/** @throws Refusal 2 for what is no number of seconds */
function secondsOf(option: string, said: string | undefined, usual: number): number {
  if (said === undefined) return usual;
  if (/^[1-9]\d{0,5}$/.test(said)) return Number(said);
  const message = `${option} is a whole number of seconds, and not ${JSON.stringify(said)}`;
  throw new Refusal(
    [{ code: 'bad-seconds', severity: 'error', message, hint: `as in ${option} 900` }],
    Exit.refusedInput,
  );
}

const isStaleOk = ({ staleOk = false }: Options): boolean => staleOk;

const configVerb = (name: 'kubeconfig' | 'talosconfig', variable: string, usual: string): Verb => ({
  name,
  summary: `give the administrator’s ${name}: into your own file, or to stdout`,
  options: [
    ['--merge', `into ${variable}, else ${usual}; what else is in it stays`],
    ['--file <file>', 'with --merge: into this file instead'],
    ['--stdout', 'print it'],
    STALE_OK,
  ],
  prints: true,
  more: `Examples:\n  nigari talos ${name} --merge\n  nigari talos ${name} --stdout > /dev/shm/${name}`,
  run: async (context, options) =>
    (await import('../commands/talos/configs.ts')).talosConfig(context, name, {
      staleOk: isStaleOk(options),
      stdout: options.stdout ?? false,
      merge: options.merge ?? false,
      file: options.file ?? null,
    }),
});

export const BOOTSTRAP: VerbGroup = {
  name: 'bootstrap',
  summary: 'bring what was made to life for the first time',
  description: 'From machines that wait to a cluster that works. A second run goes on where the first one ended.',
  verbs: [
    {
      name: 'talos',
      summary: 'configure the machines, form the cluster, and wait until it works',
      options: [DRY_RUN, TIMEOUT, STALE_OK, JSON_OPTION],
      more: 'Every step asks the machines first: what is done is not done again.\n\nExamples:\n  nigari bootstrap talos\n  nigari bootstrap talos --dry-run',
      run: async (context, options) =>
        (await import('../commands/talos/bootstrap.ts')).bootstrapTalos(context, {
          staleOk: isStaleOk(options),
          dryRun: options.dryRun ?? false,
          timeout: seconds(options),
        }),
    },
  ],
};

export const TALOS: VerbGroup = {
  name: 'talos',
  summary: 'look after a cluster of Talos machines',
  description:
    'What is done to a cluster that was bootstrapped. Machine configurations and keys are only ever in memory.',
  verbs: [
    {
      name: 'apply',
      summary: 'give machines the configuration that the files say; one that waits in maintenance mode joins',
      options: [
        NODE,
        ['--mode <mode>', 'how Talos takes it (default: auto)', APPLY_MODES],
        YES,
        TIMEOUT,
        STALE_OK,
        JSON_OPTION,
      ],
      args: NODES,
      more: 'Shows what changes first, secrets hidden, and asks before a machine restarts.\nOne that does not answer keeps the others from nothing but a restart; the run\nends with 4 then. Kubernetes keeps its version: that is for `upgrade-k8s`.\n\nExamples:\n  nigari talos apply\n  nigari talos apply k8s-worker-3 --mode staged',
      run: async (context, options, args) =>
        (await import('../commands/talos/apply.ts')).talosApply(context, named(options, args), {
          staleOk: isStaleOk(options),
          yes: options.yes ?? false,
          mode: APPLY_MODES.find((mode) => mode === options.mode) ?? 'auto',
          timeout: seconds(options),
        }),
    },
    {
      name: 'diff',
      summary: 'show what `talos apply` would change',
      options: [NODE, ['--check', 'end with 5 where something would change'], STALE_OK, JSON_OPTION],
      args: NODES,
      more: 'Ends with 4 where a machine cannot be asked; what the others would change is\nshown all the same.\n\nExamples:\n  nigari talos diff\n  nigari talos diff k8s-cp-1 --check',
      run: async (context, options, args) =>
        (await import('../commands/talos/diff.ts')).talosDiff(context, named(options, args), {
          staleOk: isStaleOk(options),
          check: options.check ?? false,
        }),
    },
    {
      name: 'upgrade',
      summary: 'bring machines to the Talos and the schematic that the files say, one after the other',
      options: [
        NODE,
        ['--no-drain', 'do not move pods away first'],
        ['--allow-unsupported-path', 'also to an older Talos, or past a minor: Talos is not tested for that'],
        DRY_RUN,
        TIMEOUT,
        STALE_OK,
        JSON_OPTION,
      ],
      args: NODES,
      more: 'The cluster is whole before each machine and after it; at the first failure the\nothers stay as they are, and the same command goes on from there.\n\nExamples:\n  nigari talos upgrade --dry-run\n  nigari talos upgrade k8s-worker-1',
      run: async (context, options, args) =>
        (await import('../commands/talos/upgrade.ts')).talosUpgrade(context, named(options, args), {
          staleOk: isStaleOk(options),
          dryRun: options.dryRun ?? false,
          drain: options.drain ?? true,
          allowUnsupportedPath: options.allowUnsupportedPath ?? false,
          timeout: seconds(options),
        }),
    },
    {
      name: 'upgrade-k8s',
      summary: 'bring Kubernetes to the version that the files say',
      options: [
        DRY_RUN,
        [
          '--timeout <seconds>',
          'how long to wait for a whole cluster, then how long each node may take (default: 600)',
        ],
        STALE_OK,
        JSON_OPTION,
      ],
      more: 'Each node has --timeout, all of them in a row: talosctl is ended where it takes\nlonger, and the same command goes on from there.\n\nExamples:\n  nigari talos upgrade-k8s --dry-run\n  nigari talos upgrade-k8s',
      run: async (context, options) =>
        (await import('../commands/talos/upgrade-kubernetes.ts')).talosUpgradeKubernetes(context, {
          staleOk: isStaleOk(options),
          dryRun: options.dryRun ?? false,
          timeout: seconds(options),
        }),
    },
    {
      name: 'reset',
      summary: 'take a machine out of the cluster and wipe it: it waits in maintenance mode then',
      options: [
        NODE,
        YES,
        ['--no-graceful', 'wipe it at once: it does not leave etcd, and its pods are not moved before'],
        ['--allow-quorum-loss', 'go on though the cluster does not survive it'],
        TIMEOUT,
        STALE_OK,
        JSON_OPTION,
      ],
      args: ['[node]', 'its name'],
      more: 'Examples:\n  nigari talos reset k8s-worker-1\n  nigari talos reset k8s-worker-1 --yes',
      run: async (context, options, args) =>
        (await import('../commands/talos/reset.ts')).talosReset(context, oneNamed(options, args), {
          staleOk: isStaleOk(options),
          yes: options.yes ?? false,
          allowQuorumLoss: options.allowQuorumLoss ?? false,
          graceful: options.graceful ?? true,
          timeout: seconds(options),
        }),
    },
    {
      name: 'nodes',
      summary: 'list the machines: role, state, versions, whether they are ready and in etcd',
      options: [NODE, STALE_OK, JSON_OPTION],
      args: NODES,
      more: 'Examples:\n  nigari talos nodes\n  nigari talos nodes --json',
      run: async (context, options, args) =>
        (await import('../commands/talos/status.ts')).talosNodes(context, named(options, args), isStaleOk(options)),
    },
    {
      name: 'status',
      summary: 'say whether the cluster is as the files say, and what to do where it is not',
      options: [STALE_OK, JSON_OPTION],
      more: 'Ends with 4 where something is wrong.\n\nExample:\n  nigari talos status --json',
      run: async (context, options) =>
        (await import('../commands/talos/status.ts')).talosStatus(context, isStaleOk(options)),
    },
    {
      name: 'health',
      summary: 'run talosctl health',
      options: [TIMEOUT, STALE_OK],
      more: 'Example:\n  nigari talos health --timeout 120',
      run: async (context, options) =>
        (await import('../commands/talos/status.ts')).talosHealth(context, seconds(options), isStaleOk(options)),
    },
    {
      name: 'verify',
      summary: 'ask each machine for its version, disks and MAC address, and compare them with the files',
      options: [NODE, ['--wait <seconds>', 'go on asking those that do not answer yet'], STALE_OK, JSON_OPTION],
      args: NODES,
      more: 'Works before the cluster is bootstrapped, too.\n\nExamples:\n  nigari talos verify\n  nigari talos verify k8s-cp-1 --wait 120 --json',
      run: async (context, options, args) =>
        (await import('../commands/talos/verify.ts')).talosVerify(context, named(options, args), {
          staleOk: isStaleOk(options),
          wait: secondsOf('--wait', options.wait, 0),
        }),
    },
    {
      name: 'validate',
      summary: 'make every machine configuration in memory, and let talosctl validate it',
      options: [NODE, STALE_OK, JSON_OPTION],
      args: NODES,
      more: 'Asks no machine, and works before the cluster is bootstrapped: for CI.\n\nExamples:\n  nigari talos validate\n  nigari talos validate k8s-cp-1',
      run: async (context, options, args) =>
        (await import('../commands/talos/validate.ts')).talosValidate(
          context,
          named(options, args),
          isStaleOk(options),
        ),
    },
    configVerb('kubeconfig', 'KUBECONFIG', '~/.kube/config'),
    configVerb('talosconfig', 'TALOSCONFIG', '~/.talos/config'),
    SCHEMATIC,
  ],
};
