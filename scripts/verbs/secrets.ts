/** `nigari secrets …` */
import { RECIPIENTS } from './secrets-recipients.ts';
import { JSON_OPTION, type Verb, type VerbGroup } from './verb.ts';

const FILE_OPTION = ['--file <file>', 'only this sealed file'] as const;

const LOOKED_FOR =
  'It is looked for in cluster.sops.yaml, secrets.sops.yaml and\ninfrastructure/secrets.sops.yaml, in this order; where secrets.provider in\ncluster.yaml is another one, in that instead of secrets.sops.yaml, and last.';

const SETTING = `The value is never an argument: those are in the list of processes and in the
history of the shell. One line break at the end of stdin is left out.
Credentials of cluster.yaml go to cluster.sops.yaml, all other names to
secrets.sops.yaml, or where secrets.provider in cluster.yaml says. Every other
byte of the file stays, but for the time of the change and the MAC.

Examples:
  nigari secrets set proxmox_api_token_secret
  pwgen 32 1 | nigari secrets set tfstate_password
  nigari secrets set registry.password < password.txt`;

const SECRETS_VERBS: readonly (Verb | VerbGroup)[] = [
  {
    name: 'list',
    summary: 'name every secret of every sealed file; needs no key',
    options: [FILE_OPTION, JSON_OPTION],
    more: 'Examples:\n  nigari secrets list\n  nigari secrets list --file cluster.sops.yaml --json',
    run: async (context, { file = null }) => (await import('../commands/secrets/list.ts')).secretsList(context, file),
  },
  {
    name: 'show',
    summary: 'print one value to stdout, and nothing else',
    options: [FILE_OPTION, JSON_OPTION],
    args: ['<name>', 'as `nigari secrets list` names it'],
    more: `${LOOKED_FOR}\n\nExamples:\n  nigari secrets show tfstate_password\n  nigari secrets show registry.password --file secrets.sops.yaml`,
    prints: true,
    run: async (context, { file = null }, [name = '']) =>
      (await import('../commands/secrets/show.ts')).secretsShow(context, name, file),
  },
  {
    name: 'set',
    summary: 'set one value, from stdin or typed unseen',
    options: [['--file <file>', 'the sealed file (default: the input that the name belongs into)'], JSON_OPTION],
    args: ['[name...]', 'as `nigari secrets list` names it; a new name may have dots: registry.password'],
    more: SETTING,
    run: async (context, { file = null }, args) =>
      (await import('../commands/secrets/set.ts')).secretsSet(context, args, file),
  },
  {
    name: 'edit',
    summary: 'edit a sealed file in $SOPS_EDITOR, $VISUAL or $EDITOR; in clear it is only in memory',
    options: [
      ['--force', 'also a file that is generated, and that the next configure overwrites'],
      ['--insecure-temp', 'where there is no file system in memory: on a disk, in a folder of your own'],
    ],
    args: ['[file]', 'a sealed file, or a new one; nothing: cluster.sops.yaml, or the first that there is'],
    completes: 'files',
    more: 'Examples:\n  nigari secrets edit\n  EDITOR="code --wait" nigari secrets edit secrets.sops.yaml',
    run: async (context, { force = false, insecureTemp = false }, [file = null]) =>
      (await import('../commands/secrets/edit.ts')).secretsEdit(context, file, { force, insecureTemp }),
  },
  {
    name: 'encrypt',
    summary: 'encrypt a YAML file in its place, by the rule of .sops.yaml that covers it',
    options: [JSON_OPTION],
    args: ['<file>', 'YAML in clear; one that is encrypted already stays as it is'],
    completes: 'files',
    more: 'Example:\n  nigari secrets encrypt secrets.sops.yaml',
    run: async (context, _, [file = '']) =>
      (await import('../commands/secrets/encrypt.ts')).secretsEncrypt(context, file),
  },
  {
    name: 'decrypt',
    summary: 'print a sealed file in clear, on stdout and nowhere else',
    options: [['--stdout', 'say that it is to be shown: without it nothing is']],
    args: ['<file>', 'a sealed file'],
    completes: 'files',
    more: 'Example:\n  nigari secrets decrypt cluster.sops.yaml --stdout',
    prints: true,
    run: async (context, { stdout = false }, [file = '']) =>
      (await import('../commands/secrets/decrypt.ts')).secretsDecrypt(context, file, stdout),
  },
  {
    name: 'rotate',
    summary: 'give sealed files a new data key, and encrypt every value anew',
    options: [JSON_OPTION],
    args: ['[files...]', 'sealed files; nothing: all that a key here opens'],
    completes: 'files',
    more: 'The values stay the same. Afterwards the files are sealed for whom .sops.yaml\nnames.\n\nExamples:\n  nigari secrets rotate\n  nigari secrets rotate cluster.sops.yaml',
    run: async (context, _, files) => (await import('../commands/secrets/rotate.ts')).secretsRotate(context, files),
  },
  {
    name: 'verify',
    summary: 'tell whether sealed files are whole, and as .sops.yaml says',
    options: [JSON_OPTION],
    args: ['[files...]', 'sealed files; nothing: all of them'],
    completes: 'files',
    more: 'Without a key it looks at the structure alone, and says so. Exit code 2 when a\nfile is damaged or in clear.\n\nExamples:\n  nigari secrets verify\n  nigari secrets verify cluster.sops.yaml --json',
    run: async (context, _, files) => (await import('../commands/secrets/verify.ts')).secretsVerify(context, files),
  },
  RECIPIENTS,
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
  {
    name: 'merge',
    summary: 'settle conflicts that git left in sealed files, key by key',
    options: [
      ['--take-ours <keys...>', 'where both sides changed one of these keys, take ours'],
      ['--take-theirs <keys...>', 'where both sides changed one of these keys, take theirs'],
      ['--ours', 'wherever else both sides changed a key, take ours'],
      ['--theirs', 'wherever else both sides changed a key, take theirs'],
      ['--force', 'also over a file that somebody has settled already'],
      ['--driver', 'be the merge driver of git: the arguments are %O %A %B %P'],
    ],
    args: ['[files...]', 'files in conflict; nothing: all sealed ones'],
    completes: 'files',
    more: 'Examples:\n  nigari secrets merge\n  nigari secrets merge cluster.sops.yaml --take-theirs vars.token --ours',
    run: async (context, options, files) => {
      const { driver = false, ours = false, theirs = false, takeOurs = [], takeTheirs = [], force = false } = options;
      if (driver) return (await import('../commands/secrets/merge-driver.ts')).secretsMergeDriver(context, files);
      const settling = { ours, theirs, takeOurs, takeTheirs, force };
      return (await import('../commands/secrets/merge.ts')).secretsMerge(context, files, settling);
    },
  },
];

export const SECRETS: VerbGroup = {
  name: 'secrets',
  summary: 'look at, set and rotate what is sealed',
  description: 'Look at, set and rotate what is sealed. Values are opened in memory and never written in clear.',
  verbs: SECRETS_VERBS,
};
