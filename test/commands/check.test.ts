import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, type CheckOptions } from '../../scripts/commands/check.ts';
import type { Context } from '../../scripts/commands/context.ts';
import { Exit, Refusal } from '../../scripts/problem.ts';
import type { Format } from '../../scripts/report/format.ts';
import { collectingReporter } from '../../scripts/system/terminal.ts';
import { project } from '../support/project.ts';

const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_api_token_id: root@pam!nigari
proxmox_api_token_secret: 00000000-1111-2222-3333-444444444444
`;
const NODES = 'nodes: [{name: cp-1, address: 10.0.0.11, controller: true}]\n';

/** A project in which nothing is wrong but these lines at the end of cluster.yaml. */
const folder = (lines = '', files: Readonly<Record<string, string>> = {}): string =>
  project({ 'cluster.yaml': `${CLUSTER}${lines}`, 'nodes.yaml': NODES, ...files });

const NOTE = 'hubble_enabled: true\n';
const WARNING = 'proxmox_vm_advanced: {balloon: 1024}\n';
const ERROR = 'cluster_nam: x\n';

/** Runs `check` in a folder; what it said, and its exit code. */
async function run(root: string, options: Partial<CheckOptions> = {}, around: Partial<Context> = {}) {
  const { reporter, heard } = collectingReporter();
  const context: Context = {
    root,
    env: {},
    platform: 'linux',
    reporter,
    json: false,
    terminal: false,
    colour: false,
    call: 'npx nigari',
    signal: new AbortController().signal,
    ...around,
  };
  const exitCode = await check(context, { format: null, strict: false, ...options });
  return { exitCode, ...heard, codes: heard.problems.map(({ code, severity }) => `${severity} ${code}`) };
}

/** A template that names something that is not there. */
const BROKEN = { 'templates/project/x.md.njk': '#{ nothing }#\n' };

const PRAISE = 'cluster.yaml and nodes.yaml are valid: 1 node, 13 files to generate';

describe('as text', () => {
  test.each([
    ['nothing', '', {}, Exit.done, [], [PRAISE]],
    ['a note', NOTE, {}, Exit.done, ['note application-keys'], [PRAISE, '1 note']],
    [
      'a warning and a note',
      WARNING + NOTE,
      {},
      Exit.done,
      ['warning memory-ballooning', 'note application-keys'],
      [PRAISE, '1 warning, 1 note'],
    ],
    [
      'an error and a warning',
      ERROR + WARNING,
      {},
      Exit.refusedInput,
      ['error unknown-key', 'warning memory-ballooning'],
      ['1 error, 1 warning'],
    ],
    ['a template', '', BROKEN, Exit.refusedTemplate, ['error unknown-name'], ['1 error']],
  ])('%s', async (_, lines, files, exitCode, codes, said) => {
    const found = await run(folder(lines, files));
    expect({ ...found, codes: found.codes.toSorted() }).toMatchObject({
      exitCode,
      codes: codes.toSorted(),
      lines: said,
    });
    expect(found.results).toEqual([]);
  });

  test('an interrupted run says nothing of its own', async () => {
    const interrupted = run(folder(), {}, { signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toBeInstanceOf(Refusal);
    await expect(interrupted).rejects.toMatchObject({ exitCode: Exit.interrupted });
  });
});

describe('strict', () => {
  test.each([
    ['a note stays a note', NOTE, {}, Exit.done, ['note application-keys'], [PRAISE, '1 note']],
    ['a warning is an error', WARNING, {}, Exit.refusedInput, ['error memory-ballooning'], ['1 error']],
    [
      'also beside one',
      ERROR + WARNING,
      {},
      Exit.refusedInput,
      ['error unknown-key', 'error memory-ballooning'],
      ['2 errors'],
    ],
    [
      'what is wrong with a template keeps its code',
      '',
      BROKEN,
      Exit.refusedTemplate,
      ['error unknown-name'],
      ['1 error'],
    ],
  ])('%s', async (_, lines, files, exitCode, codes, said) => {
    const found = await run(folder(lines, files), { strict: true });
    expect({ ...found, codes: found.codes.toSorted() }).toMatchObject({
      exitCode,
      codes: codes.toSorted(),
      lines: said,
    });
  });
});

describe('as data, for what passed and what was refused', () => {
  const cases = [
    ['', {}, Exit.done, []],
    [NOTE, {}, Exit.done, ['application-keys']],
    [ERROR, {}, Exit.refusedInput, ['unknown-key']],
    ['', BROKEN, Exit.refusedTemplate, ['unknown-name']],
  ] as const;

  test.each(cases)('JSON: %j %j', async (lines, files, code, codes) => {
    const { exitCode, results } = await run(folder(lines, files), { format: 'json' });
    expect(exitCode).toBe(code);
    const { problems } = JSON.parse(results.join('')) as { problems: { code: string; url: string }[] };
    expect(problems.map(({ code, url }) => [code, url])).toEqual(codes.map((code) => [code, `docs/rules.md#${code}`]));
  });

  test.each(cases)('SARIF: %j %j', async (lines, files, code, codes) => {
    const { exitCode, results } = await run(folder(lines, files), { format: 'sarif' });
    expect(exitCode).toBe(code);
    const log = JSON.parse(results.join('')) as { version: string; runs: { results: { ruleId: string }[] }[] };
    expect(log.version).toBe('2.1.0');
    expect(log.runs.flatMap((run) => run.results).map(({ ruleId }) => ruleId)).toEqual(codes);
  });

  test.each(cases)('annotations: %j %j', async (lines, files, code, codes) => {
    const { exitCode, results, problems } = await run(folder(lines, files), { format: 'github' });
    expect([exitCode, problems]).toEqual([code, []]);
    expect(results.join('').match(/(?<=title=)[\w-]+/g) ?? []).toEqual(codes);
  });

  test('--json is --format json, and another format beats it', async () => {
    const said = async (format: Format | null) =>
      (await run(folder(NOTE), { format }, { json: true })).results.join('');
    expect(JSON.parse(await said(null))).toMatchObject({ problems: [{ code: 'application-keys' }] });
    expect(JSON.parse(await said('sarif'))).toMatchObject({ version: '2.1.0' });
    expect(await said('text')).toBe('');
  });

  test('files that are missing', async () => {
    const { exitCode, results } = await run(project(), { format: 'json' });
    expect(exitCode).toBe(Exit.refusedInput);
    expect(JSON.parse(results.join(''))).toMatchObject({
      problems: [
        { code: 'input-missing', file: 'cluster.yaml', line: null },
        { code: 'input-missing', file: 'nodes.yaml', line: null },
      ],
    });
  });
});

describe('in a workflow of GitHub', () => {
  const env = { GITHUB_ACTIONS: 'true' };
  const HERE = '::error file=cluster.yaml,line=7,';
  const said = async (root: string, format: Format | null, around: Partial<Context>) => {
    const { results, problems } = await run(root, { format }, around);
    return { data: results.join('').slice(0, HERE.length), problems: problems.length };
  };

  test('annotations, unless there is a terminal or another format is asked for', async () => {
    const root = folder(ERROR);
    expect(await said(root, null, { env })).toEqual({ data: HERE, problems: 0 });
    expect(await said(root, null, { env, terminal: true })).toEqual({ data: '', problems: 1 });
    expect(await said(root, 'text', { env })).toEqual({ data: '', problems: 1 });
    expect(await said(root, null, { env: { GITHUB_ACTIONS: 'false' } })).toEqual({ data: '', problems: 1 });
    expect((await said(root, 'json', { env })).data).toMatch(/^\{/);
  });

  test('a project in a folder of the repository is found there', async () => {
    const root = folder(ERROR);
    const name = root.split(/[\\/]/).at(-1);
    const annotations = async (around: Readonly<Record<string, string>>) =>
      (await run(root, { format: 'github' }, { env: around })).results.join('');
    expect(await annotations({ ...env, GITHUB_WORKSPACE: join(root, '..') })).toContain(` file=${name}/cluster.yaml,`);
    expect(await annotations({ ...env, GITHUB_WORKSPACE: root })).toContain(' file=cluster.yaml,');
    expect(await annotations({ ...env, GITHUB_WORKSPACE: join(root, 'sub') })).toContain(' file=cluster.yaml,');
    expect(await annotations({ GITHUB_WORKSPACE: join(root, '..') })).toContain(' file=cluster.yaml,');
  });
});
