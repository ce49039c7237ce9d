/** `nigari secrets recipients …` */
import { JSON_OPTION, type Verb, type VerbGroup } from './verb.ts';

const RULE_OPTION = [
  '--rule <rule>',
  'only this creation rule: its number, or a path that it covers (default: all that name an age recipient)',
] as const;

const RECIPIENTS_VERBS: readonly Verb[] = [
  {
    name: 'list',
    summary: 'name the recipients of every rule, and whose key is here',
    options: [RULE_OPTION, JSON_OPTION],
    more: 'Example:\n  nigari secrets recipients list',
    run: async (context, { rule = null }) =>
      (await import('../commands/secrets/recipients.ts')).recipientsList(context, rule),
  },
  {
    name: 'add',
    summary: 'let somebody open sealed files too',
    options: [RULE_OPTION, JSON_OPTION],
    args: ['<recipients...>', 'public keys, as age-keygen prints them: age1…'],
    more: 'Every file that the rules cover must open here. Nothing of it changes but for\nthe new block.\n\nExample:\n  nigari secrets recipients add age1…',
    run: async (context, { rule = null }, names) =>
      (await import('../commands/secrets/recipients-change.ts')).recipientsChange(context, 'add', names, {
        rule,
        force: false,
      }),
  },
  {
    name: 'remove',
    summary: 'let somebody open sealed files no longer',
    options: [RULE_OPTION, ['--force', 'also where no key here opens them afterwards'], JSON_OPTION],
    args: ['<recipients...>', 'public keys: age1…'],
    more: 'Every file that the rules cover gets a new data key. What was sealed until now\nthey know: change it.\n\nExample:\n  nigari secrets recipients remove age1…',
    run: async (context, { rule = null, force = false }, names) =>
      (await import('../commands/secrets/recipients-change.ts')).recipientsChange(context, 'remove', names, {
        rule,
        force,
      }),
  },
];

export const RECIPIENTS: VerbGroup = {
  name: 'recipients',
  summary: 'who can open sealed files: list them, add or remove one',
  description:
    'Who can open sealed files. .sops.yaml says it; a change there is a change of every file that it covers.',
  verbs: RECIPIENTS_VERBS,
};
