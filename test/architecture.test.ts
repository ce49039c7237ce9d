/** The import laws of CONTRIBUTING.md, shown by breaking each of them in a copy. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { copyOfProject, ROOT, temporaryFolder } from './support/copy.ts';

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
}

const MIDDLE = ['config', 'render', 'secrets', 'changes', 'tofu', 'talos', 'report', 'editor', 'explain', 'completion'];

const IMPORTS = 'eslint(no-restricted-imports)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';

/** What the middle may not say: source text and the rule that refuses it. */
const IMPURE: readonly (readonly [source: string, rule: string])[] = [
  ["import { loadTemplates } from '../system/templates.ts';\nexport const it = loadTemplates;", IMPORTS],
  ["import type { TemplateRoots } from '../system/templates.ts';\nexport type It = TemplateRoots;", IMPORTS],
  ["export const it = async () => (await import('../system/templates.ts')).loadTemplates;", IMPORTS],
  ["export { loadTemplates } from '../../scripts/system/templates.ts';", IMPORTS],
  ["import { check } from '../commands/check.ts';\nexport const it = check;", IMPORTS],
  ["import '../cli.ts';", IMPORTS],
  ["import { readFileSync } from 'node:fs';\nexport const it = readFileSync;", IMPORTS],
  ["import { readFile } from 'node:fs/promises';\nexport const it = readFile;", IMPORTS],
  ["import { spawn } from 'node:child_process';\nexport const it = spawn;", IMPORTS],
  ["import process from 'node:process';\nexport const it = process.env;", IMPORTS],
  ["import { homedir } from 'node:os';\nexport const it = homedir;", IMPORTS],
  ["import { setTimeout } from 'node:timers/promises';\nexport const it = setTimeout;", IMPORTS],
  ["import { join } from 'node:path';\nexport const it = join;", IMPORTS],
  ["import { randomBytes } from 'node:crypto';\nexport const it = randomBytes;", IMPORTS],
  ["import { readFileSync } from 'fs';\nexport const it = readFileSync;", 'unicorn(prefer-node-protocol)'],
  ["import { execa } from 'execa';\nexport const it = execa;", IMPORTS],
  ["import { Listr } from 'listr2';\nexport const it = Listr;", IMPORTS],
  ["import { Command } from 'commander';\nexport const it = Command;", IMPORTS],
  ["import colors from 'picocolors';\nexport const it = colors;", IMPORTS],
  ["export const it = process.env['HOME'];", GLOBALS],
  ["console.log('hello');", GLOBALS],
  ["console.log('hello');", 'eslint(no-console)'],
  ["export const it = () => fetch('http://localhost');", GLOBALS],
  ['export const it = () => crypto.getRandomValues(new Uint8Array(1));', GLOBALS],
  ['export const it = () => globalThis.process;', PROPERTIES],
  ['export const it = () => Date.now();', PROPERTIES],
  ['export const it = () => Math.random();', PROPERTIES],
];

/** Breaches elsewhere: the file, its text, the rule that refuses it. */
const OTHERS: readonly (readonly [path: string, source: string, rule: string])[] = [
  ['scripts/system/planted-1.ts', "import { check } from '../commands/check.ts';\nexport const it = check;", IMPORTS],
  ['scripts/system/planted-2.ts', "import '../cli.ts';", IMPORTS],
  ['scripts/system/planted-3.ts', "console.log('hello');", 'eslint(no-console)'],
  ['scripts/system/planted-4.ts', 'export const it = (): never => process.exit(1);', PROPERTIES],
  ['scripts/system/planted-5.ts', 'process.exitCode = 1;', PROPERTIES],
  ['scripts/system/planted-6.ts', "import { exit } from 'node:process';\nexport const it = exit;", IMPORTS],
  ['scripts/commands/planted-1.ts', "import '../cli.ts';", IMPORTS],
  [
    'scripts/commands/planted-2.ts',
    "import { writeFile } from 'node:fs/promises';\nexport const it = writeFile;",
    IMPORTS,
  ],
  ['scripts/commands/planted-3.ts', "import { spawn } from 'node:child_process';\nexport const it = spawn;", IMPORTS],
  ['scripts/commands/planted-4.ts', "import { execa } from 'execa';\nexport const it = execa;", IMPORTS],
  ['scripts/commands/planted-5.ts', "import { Listr } from 'listr2';\nexport const it = Listr;", IMPORTS],
  ['scripts/commands/planted-6.ts', "process.stdout.write('x');\nprocess.exit(1);", PROPERTIES],
  ['scripts/commands/planted-7.ts', 'export default 1;', 'import(no-default-export)'],
  [
    'scripts/commands/planted-8.ts',
    'const one = async (): Promise<number> => 1;\none();',
    'typescript(no-floating-promises)',
  ],
  ['scripts/commands/planted-9.ts', 'export const it = (x: any): unknown => x;', 'typescript(no-explicit-any)'],
  ['test/planted.test.ts', "import '../scripts/cli.ts';", IMPORTS],
  [
    'scripts/config/circle-1.ts',
    "import { two } from './circle-2.ts';\nexport const one = (): number => two();",
    'import(no-cycle)',
  ],
  [
    'scripts/config/circle-2.ts',
    "import { one } from './circle-1.ts';\nexport const two = (): number => one();",
    'import(no-cycle)',
  ],
];

/** What must stay allowed, so that no rule passes the tests above by refusing everything. */
const ALLOWED: Readonly<Record<string, string>> = {
  'scripts/config/fine.ts': `
    import { createHash } from 'node:crypto';
    import { isIPv4 } from 'node:net';
    import { join } from 'node:path/posix';
    import { posix } from 'node:path';
    import { checked, type Checked } from '../problem.ts';
    export const it = (text: string): Checked<unknown> =>
      checked([createHash('sha256').update(text).digest('hex'), isIPv4(text), join(text, 'x'), posix.basename(text)]);`,
  'scripts/commands/fine.ts': `
    import { join } from 'node:path';
    import { loadTemplates } from '../system/templates.ts';
    import { checked } from '../problem.ts';
    export const it = [join, loadTemplates, checked];`,
  'scripts/system/fine.ts': `
    import { spawn } from 'node:child_process';
    import { readFile } from 'node:fs/promises';
    import { checked } from '../problem.ts';
    export const it = [spawn, readFile, checked, process.platform];`,
};

const LINTED = ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'scripts', 'test/support', 'tools'];

async function lint(folder: string): Promise<readonly Finding[]> {
  const { stdout } = await execa(join(ROOT, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: folder,
    reject: false,
  });
  return (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
}

const firstLine = (source: string): string | undefined => source.split('\n')[0];

const impurePath = (folder: string, index: number): string => `scripts/${folder}/planted-${index}.ts`;

describe('lint', () => {
  let findings: readonly Finding[];

  const codesOf = (path: string): string[] =>
    findings.filter(({ filename }) => filename.replaceAll('\\', '/') === path).map(({ code }) => code);

  beforeAll(async () => {
    const removals: (() => Promise<void>)[] = [];
    const folder = await temporaryFolder((remove) => void removals.push(remove));
    await copyOfProject(folder, LINTED);
    const impure = MIDDLE.flatMap((name) =>
      IMPURE.map(([source], index) => [impurePath(name, index), source] as const),
    );
    const planted = [...impure, ...OTHERS, ...Object.entries(ALLOWED)];
    for (const [path, source] of planted) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), `${source}\n`);
    }
    findings = await lint(folder);
    return async () => void (await Promise.all(removals.map((remove) => remove())));
  });

  for (const [index, [source, rule]] of IMPURE.entries()) {
    test(`refuses in the middle by ${rule}: ${firstLine(source)}`, () => {
      for (const folder of MIDDLE) expect(codesOf(impurePath(folder, index)), folder).toContain(rule);
    });
  }

  for (const [path, source, rule] of OTHERS) {
    test(`refuses in ${path} by ${rule}: ${firstLine(source)}`, () => expect(codesOf(path)).toContain(rule));
  }

  for (const path of Object.keys(ALLOWED)) {
    test(`allows what ${path} says`, () => expect(codesOf(path)).toEqual([]));
  }
});

test('lint finds nothing in the source as it is', async () => {
  const folder = await temporaryFolder();
  await copyOfProject(folder, LINTED);
  const findings = await lint(folder);
  expect(findings.map(({ filename, code, message }) => `${filename}: ${code} ${message}`)).toEqual([]);
});
