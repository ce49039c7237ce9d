/** `nigari secrets …` */
import { JSON_OPTION, type Verb, type VerbGroup } from './verb.ts';

const FILE_OPTION = ['--file <file>', 'only this sealed file'] as const;

const SECRETS_VERBS: readonly (Verb | VerbGroup)[] = [
  {
    name: 'list',
    summary: 'name every secret of every sealed file; needs no key',
    options: [FILE_OPTION, JSON_OPTION],
    more: 'Examples:\n  nigari secrets list\n  nigari secrets list --file cluster.sops.yaml --json',
    run: async (context, { file = null }) => (await import('../commands/secrets/list.ts')).secretsList(context, file),
  },
];

export const SECRETS: VerbGroup = {
  name: 'secrets',
  summary: 'look at, set and rotate what is sealed',
  description: 'Look at, set and rotate what is sealed. Values are opened in memory and never written in clear.',
  verbs: SECRETS_VERBS,
};
