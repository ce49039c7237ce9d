/** `nigari infra …` */
import type { ApplyOptions } from '../commands/infra/apply.ts';
import type { PlanOptions } from '../commands/infra/plan.ts';
import type { Completes, Option } from '../completion/table.ts';
import type { SubcommandName } from '../tofu/subcommands.ts';
import { JSON_OPTION, type Options, type Verb, type VerbGroup } from './verb.ts';

const TOFU_ARGS = ['[arguments...]', 'passed on to tofu, with every option that is not named here'] as const;

/** What all verbs that hand their arguments on to tofu have in common. */
const TO_TOFU = {
  args: TOFU_ARGS,
  completes: 'files' satisfies Completes,
  runs: 'tofu',
  handsOnOptions: true,
} as const;

const SUMMARY: Option = ['--summary', 'leave OpenTofu’s own output of the plan away'];
const STALE_OK: Option = ['--stale-ok', 'go on though the inputs have changed since the files were made'];
const STATE_IS_MINE: Option = ['--state-is-mine', 'go on though most machines in the state are unknown here'];
const YES: Option = ['--yes', 'agree to what cannot be undone, without a question'];
const TAKE_IMAGES: Option = ['--take-images', 'replace images of the same name that others have put there'];

const PLAN_FORMATS = ['text', 'json', 'markdown'] as const;

const planOptions = ({
  json,
  format,
  summary = false,
  staleOk = false,
  stateIsMine = false,
}: Options): PlanOptions => ({
  summaryOnly: summary,
  format: json ? 'json' : (PLAN_FORMATS.find((known) => known === String(format)) ?? 'text'),
  staleOk,
  stateIsMine,
});

const applyOptions = ({
  yes = false,
  staleOk = false,
  stateIsMine = false,
  takeImages = false,
  summary = false,
}: Options): ApplyOptions => ({
  summaryOnly: summary,
  yes,
  staleOk,
  stateIsMine,
  takeImages,
});

/** A subcommand to which nothing is added. */
const passed = (name: SubcommandName, summary: string, example: string): Verb => ({
  name,
  summary,
  ...TO_TOFU,
  more: `Example:\n  nigari infra ${example}`,
  run: async (context, _, args) => (await import('../commands/infra/pass.ts')).passOn(context, name, args),
});

const INFRA_VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'run tofu init',
    ...TO_TOFU,
    more: 'Example:\n  nigari infra init -reconfigure',
    run: async (context, _, args) => (await import('../commands/infra/pass.ts')).infraInit(context, args),
  },
  {
    name: 'upgrade',
    summary: 'take the newest providers that the version constraints allow into the lock file',
    ...TO_TOFU,
    more: 'Runs tofu init -upgrade, and says which provider went from which version to\nwhich.\n\nExample:\n  nigari infra upgrade',
    run: async (context, _, args) => (await import('../commands/infra/upgrade.ts')).infraUpgrade(context, args),
  },
  {
    name: 'plan',
    summary: 'show what an apply would do, and keep that plan, encrypted, for nigari infra apply',
    options: [
      ['--format <format>', 'how to tell it: text, json, or markdown for a pull request', PLAN_FORMATS],
      SUMMARY,
      STALE_OK,
      STATE_IS_MINE,
      JSON_OPTION,
    ],
    ...TO_TOFU,
    more: 'Runs tofu init first where that is due.\n\nExamples:\n  nigari infra plan\n  nigari infra plan --format markdown > plan.md\n  nigari infra plan -refresh=false -detailed-exitcode',
    run: async (context, options, args) =>
      (await import('../commands/infra/plan.ts')).infraPlan(context, planOptions(options), args),
  },
  {
    name: 'apply',
    summary: 'do exactly what the last plan showed',
    options: [YES, STALE_OK, TAKE_IMAGES],
    ...TO_TOFU,
    more: 'Asks before a machine is destroyed or replaced. Nothing is done where files,\nOpenTofu or state have changed since the plan, or where a VM id or image already\nbelongs to somebody else.\n\nExamples:\n  nigari infra apply\n  nigari infra apply -parallelism=2',
    run: async (context, options, args) =>
      (await import('../commands/infra/apply.ts')).infraApply(context, applyOptions(options), args),
  },
  {
    name: 'apply-auto',
    summary: 'plan, show, ask, and apply, in one go',
    options: [YES, SUMMARY, STALE_OK, STATE_IS_MINE, TAKE_IMAGES],
    ...TO_TOFU,
    more: 'Examples:\n  nigari infra apply-auto\n  nigari infra apply-auto --yes',
    run: async (context, options, args) =>
      (await import('../commands/infra/apply.ts')).infraApplyAuto(context, applyOptions(options), args),
  },
  {
    name: 'destroy',
    summary: 'plan to destroy everything, show, ask, and do it',
    options: [YES, SUMMARY, STALE_OK, STATE_IS_MINE],
    ...TO_TOFU,
    more: 'Examples:\n  nigari infra destroy\n  nigari infra destroy --yes',
    run: async (context, options, args) =>
      (await import('../commands/infra/apply.ts')).infraDestroy(context, applyOptions(options), args),
  },
  {
    name: 'adopt',
    summary: 'take machines that exist, by MAC address or VM id, into the state, in place; shows and asks first',
    options: [YES, STALE_OK],
    more: 'Refused where a machine would be replaced, or its disk would shrink.\n\nExample:\n  nigari infra adopt',
    run: async (context, options) =>
      (await import('../commands/infra/adopt.ts')).infraAdopt(context, applyOptions(options)),
  },
  passed('output', 'print the outputs', 'output -json node_vm_ids'),
  passed('show', 'print the state, or a plan', 'show -json'),
  passed('state-list', 'list what is in the state', 'state-list'),
  passed('refresh', 'take into the state what has changed in Proxmox VE', 'refresh'),
  passed(
    'import',
    'take an existing resource into the state',
    `import 'proxmox_virtual_environment_vm.talos_node["k8s-cp-1"]' pve/101`,
  ),
  {
    name: 'force-unlock',
    summary: 'take away the lock of a run that died; shows first who holds it',
    options: [YES],
    args: ['[id]', 'id of the lock, as the message of a failed run has it; needed where the backend does not tell'],
    more: 'Examples:\n  nigari infra force-unlock\n  nigari infra force-unlock 5f3e9c1a-0000-4000-8000-1234567890ab --yes',
    // A task hands over what is perhaps an empty variable.
    run: async (context, { yes = false }, [id = '']) =>
      (await import('../commands/infra/force-unlock.ts')).forceUnlock(context, id === '' ? null : id, yes),
  },
  {
    name: 'state-push',
    summary: 'save the state that an apply could not save (errored.tfstate), or a copy of one',
    ...TO_TOFU,
    more: 'A file is named from the folder of the project. OpenTofu refuses a state that is\nolder than the one that is there, or of another project.\n\nExamples:\n  nigari infra state-push\n  nigari infra state-push copy.tfstate -lock-timeout=1m',
    run: async (context, _, args) => (await import('../commands/infra/state-push.ts')).statePush(context, args),
  },
  {
    name: 'migrate-encryption',
    summary: 'encrypt the state as the files ask for it now: first of all, with a new passphrase, or no more',
    options: [YES],
    more: 'Change state_encryption_passphrase in cluster.yaml and run nigari configure\nbefore. The passphrase that it was encrypted with is asked for, or taken from\nNIGARI_OLD_STATE_PASSPHRASE. Only to have it in clear needs consent.\n\nExample:\n  nigari infra migrate-encryption',
    run: async (context, { yes = false }) =>
      (await import('../commands/infra/migrate-encryption.ts')).migrateEncryption(context, yes),
  },
  passed('validate', 'let tofu validate the files, without credentials or a state', 'validate -json'),
  passed('fmt', 'format the files as tofu does', 'fmt -check -diff'),
  passed('console', 'evaluate expressions with the values of the project', 'console'),
];

export const INFRA: VerbGroup = {
  name: 'infra',
  summary: 'run OpenTofu',
  description: 'Run OpenTofu with the secrets of the project in its environment.',
  verbs: INFRA_VERBS,
};
