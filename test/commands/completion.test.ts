/** What bash, zsh and fish offer at a Tab, in the real shells where they are installed. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completion } from '../../scripts/commands/completion.ts';
import type { Context } from '../../scripts/commands/context.ts';
import type { Completable } from '../../scripts/completion/table.ts';
import { wordsFor } from '../../scripts/completion/names.ts';
import { RULES } from '../../scripts/config/rules.ts';
import { findName } from '../../scripts/explain/names.ts';
import { explanations } from '../../scripts/explain/explanation.ts';
import { Exit, Refusal } from '../../scripts/problem.ts';
import { collectingReporter } from '../../scripts/system/terminal.ts';
import { caseOf, scenarioCase } from '../support/explain.ts';
import { project } from '../support/project.ts';
import { checkSyntax, tabOf, type ShellName } from '../support/shells.ts';

/** A command line with one of each: options with and without values, sub-verbs, words with all that shells obey. */
const PROGRAM: Completable = {
  name: 'nigari',
  summary: '',
  options: [
    ['--chdir <dir>', 'work in this folder'],
    ['--no-color', 'no colours'],
  ],
  verbs: [
    { name: 'init', summary: 'make what is missing: it\'s $(touch pwned) `touch pwned` \\ "quoted" [x]' },
    {
      name: 'check',
      summary: 'find what is wrong',
      options: [
        ['--format <format>', 'how findings are printed', ['text', 'json', 'sarif', 'github']],
        ['-w, --watch', 'check on each save'],
        ['--out <file>', 'write into a file'],
      ],
    },
    { name: 'explain', summary: 'tell where a value is from', options: [['--json', 'as JSON']], completes: 'names' },
    { name: 'rules', summary: 'list the rules', completes: 'rules' },
    { name: 'completion', summary: 'print a completion script', completes: ['bash', 'zsh', 'fish'] },
    {
      name: 'infra',
      summary: 'run OpenTofu',
      verbs: [
        { name: 'plan', summary: 'run tofu plan', completes: 'files' },
        { name: 'init', summary: 'run tofu init', options: [['--upgrade', 'newer providers']], completes: 'files' },
      ],
    },
  ],
};

interface Outcome {
  readonly exitCode: number;
  readonly text: string;
  readonly codes: readonly string[];
}

async function run(args: readonly string[], root = '/nowhere'): Promise<Outcome> {
  const { reporter, heard } = collectingReporter();
  const text = (): string => [...heard.results, ...heard.lines].join('\n');
  try {
    const exitCode = await completion({ root, reporter } as unknown as Context, args, PROGRAM);
    return { exitCode, text: text(), codes: heard.problems.map(({ code }) => code) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { exitCode: error.exitCode, text: text(), codes: error.problems.map(({ code }) => code) };
  }
}

const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish'];
const scripts = new Map(await Promise.all(SHELLS.map(async (shell) => [shell, (await run([shell])).text] as const)));

const VERBS = PROGRAM.verbs!.map(({ name }) => name);
const COMMON = ['--chdir', '--no-color', '-h', '--help'];
const CODES = RULES.map(({ code }) => code);

/** The line up to the cursor, and what is offered there. */
const OFFERS: readonly (readonly [line: readonly string[], offered: readonly string[]])[] = [
  [[''], VERBS],
  [['ch'], ['check']],
  [['in'], ['init', 'infra']],
  [['zzz'], []],
  [['--no'], ['--no-color']],
  [['--v'], ['--version']],
  [
    ['infra', ''],
    ['plan', 'init'],
  ],
  [['infra', 'p'], ['plan']],
  [['infra', 'init', '--up'], ['--upgrade']],
  [['init', '--up'], []],
  [['check', '--fo'], ['--format']],
  [
    ['check', '--format', ''],
    ['text', 'json', 'sarif', 'github'],
  ],
  [['check', '--format', 's'], ['sarif']],
  [['check', '--format', 'json', '--wa'], ['--watch']],
  [['check', '--format', 'infra', '--wa'], ['--watch']],
  [['--chdir', 'elsewhere', 'che'], ['check']],
  [['--chdir', 'init', 'inf'], ['infra']],
  [['--no-color', 'infra', 'pl'], ['plan']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['completion', 'z'], ['zsh']],
  [['rules', 'duplicate-'], CODES.filter((code) => code.startsWith('duplicate-'))],
  [
    ['explain', 'nodes.'],
    ['nodes.cp-1', 'nodes.wk-1'],
  ],
  [['explain', 'nodes.w'], ['nodes.wk-1']],
  [['explain', '--js'], ['--json']],
];

/** A shell that is missing skips its tests, and says so in their names. */
const titled = SHELLS.map((shell) => [tabOf(shell) ? shell : `${shell} (not installed here)`, shell] as const);

describe.each(titled)('%s', (_, shell) => {
  const tab = tabOf(shell);
  const script = scripts.get(shell)!;
  const press = (...line: readonly string[]) => tab!(script, ['nigari', ...line]);
  // fish and zsh offer in alphabetical order, and say what belongs together at once.
  const sorted = (words: readonly string[]) => [...new Set(words)].toSorted();

  test.skipIf(!tab)('reads its script without a complaint', () => expect(checkSyntax(shell, script)).toBe(''));

  test.skipIf(!tab).each(OFFERS.map(([line, offered]) => [line.join(' '), line, offered] as const))(
    'nigari %s',
    (_, line, offered) => expect(sorted(press(...line).words)).toEqual(sorted(offered)),
  );

  test.skipIf(!tab)('offers every option of a verb, its own and the common ones', () => {
    const own = ['--format', '-w', '--watch', '--out'];
    // fish offers the short ones behind a single dash only.
    const long = (words: readonly string[]) => sorted(words.filter((word) => word.startsWith('--')));
    expect(long(press('check', '--').words)).toEqual(long([...own, ...COMMON]));
  });

  test.skipIf(!tab)('asks for names in the folder behind --chdir, and hides what the program complains of', () => {
    expect(press('--chdir', '../other', 'explain', 'nodes.').called).toEqual([
      '--chdir',
      '../other',
      'completion',
      'words',
      'nodes.',
    ]);
    expect(press('explain', 'nodes.').called).toEqual(['--chdir', '.', 'completion', 'words', 'nodes.']);
  });

  test.skipIf(!tab)('offers folders behind --chdir, and no file', () => {
    for (const line of [
      ['--chdir', 'a-'],
      ['check', '--chdir', 'a-'],
    ])
      expect(sorted(press(...line).words.map((word) => word.replace(/\/$/, '')))).toEqual(['a-folder']);
  });

  test.skipIf(!tab)('asks nothing where it knows', () => {
    for (const line of [[''], ['check', '--'], ['rules', '']]) expect(press(...line).called).toBeNull();
  });
});

describe('bash', () => {
  const tab = tabOf('bash');

  test.skipIf(!tab)('takes the three words that it makes of --format=json', () => {
    const press = (...line: readonly string[]) => tab!(scripts.get('bash')!, ['nigari', ...line]).words;
    expect(press('check', '--format', '=')).toEqual(['text', 'json', 'sarif', 'github']);
    expect(press('check', '--format', '=', 'g')).toEqual(['github']);
    expect(press('check', '--format', '=', 'json', '--wa')).toEqual(['--watch']);
    expect(press('--chdir', '=', 'x', 'inf')).toEqual(['infra']);
  });

  test.skipIf(!tab)('expands no candidate', () => {
    const hostile = `${scripts.get('bash')!}\n_nigari_names() { printf '%s\\n' 'nodes.$(touch pwned)' 'nodes.*' 'nodes.a b'; }\n`;
    expect(tab!(hostile, ['nigari', 'explain', 'nodes.']).words).toEqual([
      'nodes.$(touch pwned)',
      'nodes.*',
      'nodes.a b',
    ]);
  });
});

describe('the words that explain takes', () => {
  test('are all that it finds in a project, and nothing that it does not', () => {
    const { meaning } = scenarioCase('http-backend');
    const { model } = meaning.derived;
    const nodes = model.nodes.map(({ name }) => name);
    const words = [...wordsFor('', nodes), ...nodes.flatMap((node) => wordsFor(`nodes.${node}.`, nodes))];
    expect(words.filter((word) => !findName(word, model).ok)).toEqual([]);
    const names = explanations(meaning, []).map(({ name }) => name);
    expect(names.filter((name) => !words.includes(name))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  });

  test('begin with what was typed; a node comes before its keys', () => {
    expect(wordsFor('node_d', ['cp-1'])).toEqual(['node_default_gateway', 'node_dns_servers']);
    expect(wordsFor('nodes.c', ['cp-1', 'wk-1'])).toEqual(['nodes.cp-1']);
    expect(wordsFor('nodes.cp-1.vm_m', ['cp-1'])).toEqual(['nodes.cp-1.vm_memory']);
    expect(wordsFor('proxmox_vm_advanced.c', [])).toEqual(['proxmox_vm_advanced.cpu_type']);
  });

  test('hold nothing that a shell could obey', () => {
    const hostile = ['$(x)', 'a b', '`x`', "a'b", '*', '', 1, null, 'ok-1'];
    expect(wordsFor('nodes.', hostile)).toEqual(['nodes.ok-1']);
    expect(wordsFor('', hostile).filter((word) => !/^[\w.[\]-]+$/.test(word))).toEqual([]);
  });

  test.each([
    ['valid', 'nodes:\n  - {name: cp-1, address: 10.0.0.11, controller: true}\n', ['nodes.cp-1']],
    [
      'wrong in other places',
      'nodes:\n  - {name: cp-1, address: nonsense, zzz: 1}\n  - {name: [x]}\n  - 5\n',
      ['nodes.cp-1'],
    ],
    ['not YAML', 'nodes: [\n', []],
    ['another thing', 'nodes: {a: 1}\n', []],
    ['empty', '', []],
  ])('come from a nodes.yaml that is %s, without a word of complaint', async (_, nodes, found) => {
    const folder = project({ 'nodes.yaml': nodes });
    expect(await run(['words', 'nodes.'], folder)).toEqual({ exitCode: Exit.done, text: found.join('\n'), codes: [] });
  });

  test('are the keys alone where there is no nodes.yaml, or none that can be read', async () => {
    const folder = project();
    expect((await run(['words', 'cluster_n'], folder)).text).toBe('cluster_name');
    rmSync(join(folder, 'nodes.yaml'), { force: true });
    mkdirSync(join(folder, 'nodes.yaml'));
    expect(await run(['words', 'cluster_n'], folder)).toEqual({ exitCode: Exit.done, text: 'cluster_name', codes: [] });
    writeFileSync(join(folder, 'cluster.yaml'), '\u0000');
    expect((await run(['words', 'cluster_n'], folder)).text).toBe('cluster_name');
  });
});

test('another shell is refused, with the ones that there are', async () => {
  expect(await run(['tcsh'])).toEqual({ exitCode: Exit.refusedInput, text: '', codes: ['unknown-shell'] });
  expect(await run([])).toEqual({ exitCode: Exit.refusedInput, text: '', codes: ['unknown-shell'] });
});

test('names of a node that a shell could take for something else are still found by explain', () => {
  const { meaning } = caseOf(
    'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://pve:8006\nproxmox_node: pve\n',
    'nodes:\n  - {name: "0", address: 10.0.0.11, controller: true}\n',
  );
  expect(findName('nodes.0.vm_memory', meaning.derived.model)).toMatchObject({
    ok: true,
    value: ['nodes', 0, 'vm_memory'],
  });
});
