/** `nigari infra …` */
import type { Verb, VerbGroup } from './verb.ts';

const TOFU_ARGS = ['[arguments...]', 'passed on to tofu; its options go behind --'] as const;

const INFRA_VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'run tofu init',
    args: TOFU_ARGS,
    completes: 'files',
    more: 'Example:\n  nigari infra init -- -upgrade',
    runs: 'tofu',
    run: async (context, _, args) => (await import('../commands/infra/infra.ts')).infraInit(context, args),
  },
  {
    name: 'plan',
    summary: 'run tofu plan, after tofu init where that is due',
    args: TOFU_ARGS,
    completes: 'files',
    more: 'Examples:\n  nigari infra plan\n  nigari infra plan -- -refresh=false -out=tfplan',
    runs: 'tofu',
    run: async (context, _, args) => (await import('../commands/infra/infra.ts')).infraPlan(context, args),
  },
];

export const INFRA: VerbGroup = {
  name: 'infra',
  summary: 'run OpenTofu',
  description: 'Run OpenTofu with the secrets of the project in its environment.',
  verbs: INFRA_VERBS,
};
