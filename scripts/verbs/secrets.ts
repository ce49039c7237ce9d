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
  {
    name: 'diff',
    summary: 'tell which secrets differ: between two files, or since the last commit; never a value',
    options: [['--textconv', 'print one file for git: keys, and digests of values'], JSON_OPTION],
    args: ['[files...]', 'two files; one, or none for all: compared with the last commit'],
    completes: 'files',
    more: 'Examples:\n  nigari secrets diff\n  nigari secrets diff cluster.sops.yaml\n  nigari secrets diff old.sops.yaml new.sops.yaml',
    run: async (context, { textconv = false }, [file = '', ...more]) =>
      textconv
        ? (await import('../commands/secrets/textconv.ts')).secretsTextconv(context, file)
        : (await import('../commands/secrets/diff.ts')).secretsDiff(context, [file, ...more].filter(Boolean)),
  },
];

export const SECRETS: VerbGroup = {
  name: 'secrets',
  summary: 'look at, set and rotate what is sealed',
  description: 'Look at, set and rotate what is sealed. Values are opened in memory and never written in clear.',
  verbs: SECRETS_VERBS,
};
