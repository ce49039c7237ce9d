import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { withIgnoreBlock } from '../scripts/commands/init/gitignore.ts';
import { copyOfProject, ROOT, temporaryFolder } from './support/copy.ts';

/** A program with one command, which needs a CommonJS package. It is started as nigari is. */
const START = ['nigari.ts', 'version.ts', 'system/code-cache.ts', 'system/user-folders.ts'].map(
  (name) => `scripts/${name}`,
);
const STAND_IN = {
  'scripts/cli.ts': `
    void import('./commands/greet.ts').then(({ greet }) => greet());`,
  'scripts/commands/greet.ts': `
    import nunjucks from 'nunjucks';
    import { validateCluster } from '../config/validators.gen.js';
    export const greet = (): void => console.log(nunjucks.renderString('{{ word }} {{ shape }}', { word: 'tofu', shape: validateCluster({}) }));`,
};

interface Stand {
  readonly folder: string;
  /** Runs the build there; gives what it printed. */
  readonly build: () => Promise<string>;
  readonly edit: (path: string, change: (text: string) => string) => Promise<void>;
}

/** A copy with the real build and schemas around the stand-in program. */
async function makeStand(): Promise<Stand> {
  const folder = await temporaryFolder();
  await copyOfProject(folder, ['package.json', 'package-lock.json', 'schemas', 'tools', ...START]);
  const edit: Stand['edit'] = async (path, change) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, change(existsSync(file) ? await readFile(file, 'utf8') : ''));
  };
  for (const [path, text] of Object.entries(STAND_IN)) await edit(path, () => text);
  const build = async (): Promise<string> => (await execa('node', ['tools/build.mjs'], { cwd: folder, all: true })).all;
  return { folder, build, edit };
}

const run = async (folder: string, ...args: string[]): Promise<string> =>
  (await execa('node', [join(folder, 'dist/nigari.js'), ...args])).stdout;

/** All that is loaded before the arguments are looked at: what Node starts, and the one file that it loads then. */
async function loadedAtOnce(folder: string): Promise<string> {
  const start = await readFile(join(folder, 'dist/nigari.js'), 'utf8');
  const program = /"(cli-\w+\.js)"/.exec(start)?.[1] ?? 'no program';
  return start + (await readFile(join(folder, 'dist/chunks', program), 'utf8'));
}

async function everyChunk(folder: string): Promise<string> {
  const chunks = join(folder, 'dist/chunks');
  const texts = (await readdir(chunks)).map((name) => readFile(join(chunks, name), 'utf8'));
  return (await Promise.all(texts)).join('');
}

/** What is in the text of a package, or of a file of ours, wherever that is bundled. */
const HEAVY = {
  nunjucks: 'node_modules/nunjucks/',
  yaml: 'node_modules/yaml/',
  execa: 'ExecaError',
  listr2: 'LISTR_FORCE_TTY',
  age: 'AGE-SECRET-KEY-PQ-',
  validators: 'validateCluster',
  cdktn: '@cdktn/',
  crypto: 'require("node:crypto")',
  processes: 'require("node:child_process")',
};

describe('a build', () => {
  test('makes a program for plain Node: version from package.json, CommonJS inside, packages beside it not needed', async () => {
    const { folder, build, edit } = await makeStand();
    await edit('package.json', (text) => text.replace(/"version": "[^"]+"/, '"version": "7.8.9"'));
    expect(await build()).toMatch(/^built dist\/nigari\.js 7\.8\.9 in \d+ ms$/);
    await rm(join(folder, 'node_modules'));
    expect(await run(folder, '--version')).toBe('7.8.9');
    expect(await run(folder, 'greet')).toBe('tofu false');
  });

  test('loads what a command needs only when the command runs', async () => {
    const { folder, build } = await makeStand();
    await build();
    expect(await loadedAtOnce(folder)).not.toContain(HEAVY.nunjucks);
    expect(await everyChunk(folder)).toContain(HEAVY.nunjucks);
  });

  test('keeps the licences of the packages that it bundles, and of no other', async () => {
    const { folder, build } = await makeStand();
    await build();
    const licenses = await readFile(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(licenses).toMatch(/^nunjucks \d+\.\d+\.\d+: BSD-2-Clause$/m);
    expect(licenses).toContain('Redistributions in binary form must reproduce the above copyright');
    expect(licenses).not.toMatch(/^vitest /m);
  });

  test.skipIf(process.platform === 'win32')('makes a file that can be executed', async () => {
    const { folder, build } = await makeStand();
    await build();
    expect((await stat(join(folder, 'dist/nigari.js'))).mode & 0o777).toBe(0o755);
    expect((await execa(join(folder, 'dist/nigari.js'), ['--version'])).exitCode).toBe(0);
  });

  test('that fails says where, ends with 1 and leaves the last good program', async () => {
    const { folder, build, edit } = await makeStand();
    await build();
    await edit('scripts/cli.ts', (text) => `${text}\nconst broken = (`);
    const { exitCode, all } = await execa('node', ['tools/build.mjs'], { cwd: folder, all: true, reject: false });
    expect(exitCode).toBe(1);
    expect(all).toContain('scripts/cli.ts:');
    expect(await run(folder, 'greet')).toBe('tofu false');
  });
});

describe('a second build', () => {
  test('does nothing and says nothing, whatever the times of the files', async () => {
    const { folder, build } = await makeStand();
    await build();
    await utimes(join(folder, 'scripts/cli.ts'), new Date(), new Date(Date.now() + 60_000));
    expect(await build()).toBe('');
  });

  const changes: Record<string, (stand: Stand) => Promise<void>> = {
    'a source file changed': ({ edit }) =>
      edit('scripts/commands/greet.ts', (text) => text.replace("'tofu'", "'nigari'")),
    'a source file is new': ({ edit }) => edit('scripts/new.ts', () => 'export const nothing = null;\n'),
    'a schema changed': ({ edit }) => edit('schemas/nodes.schema.json', (text) => `${text}\n`),
    'the lock file changed': ({ edit }) => edit('package-lock.json', (text) => `${text}\n`),
    'the build itself changed': ({ edit }) => edit('tools/build.mjs', (text) => `${text}\n`),
    'the program is gone': ({ folder }) => rm(join(folder, 'dist/nigari.js')),
    'the validators are gone': ({ folder }) => rm(join(folder, 'scripts/config/validators.gen.js')),
  };

  test.for(Object.keys(changes))('builds again when %s, and then not', async (name) => {
    const stand = await makeStand();
    await stand.build();
    await changes[name]?.(stand);
    expect(await stand.build()).toMatch(/^built /);
    expect(await stand.build()).toBe('');
  });

  test('removes the chunks that nothing names any more', async () => {
    const { folder, build, edit } = await makeStand();
    await build();
    await edit('dist/chunks/greet-OLD.js', () => '');
    await edit('scripts/cli.ts', (text) => `${text}\n`);
    await build();
    expect(existsSync(join(folder, 'dist/chunks/greet-OLD.js'))).toBe(false);
  });
});

describe('this project', () => {
  test('ignores what `nigari init` would have it ignore', async () => {
    const text = await readFile(join(ROOT, '.gitignore'), 'utf8');
    expect(withIgnoreBlock(text)).toBe(text);
  });

  test('is built, and its program tells the version of package.json', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await run(ROOT, '--version')).toBe(version);
  });

  test('loads neither templates, schemas, YAML nor OpenTofu’s parsers to read its arguments', async () => {
    const [atOnce, later] = [await loadedAtOnce(ROOT), await everyChunk(ROOT)];
    const heavy = Object.values(HEAVY);
    expect(heavy.filter((code) => atOnce.includes(code))).toEqual([]);
    expect(heavy.filter((code) => !later.includes(code))).toEqual([]);
  });
});
