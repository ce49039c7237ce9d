/** `nigari explain` in a project's folder: what it prints, where, and how it ends. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../scripts/commands/context.ts';
import { explain } from '../../scripts/commands/explain.ts';
import { Exit, Refusal, type Problem } from '../../scripts/problem.ts';
import { collectingReporter } from '../../scripts/system/terminal.ts';
import { readText } from '../support/input.ts';
import { project } from '../support/project.ts';

const TFVARS = 'infrastructure/tofu/terraform.tfvars';

/** The line of a generated file that begins with these words, by the golden tree of the scenario. */
function lineOf(scenario: string, file: string, words: string): number {
  const lines = readText(`test/golden/${scenario}/${file}`).split('\n');
  return lines.findIndex((line) => line.trim().startsWith(words)) + 1;
}

const POD_CIDR = lineOf('ha', TFVARS, 'cluster_pod_cidr');

interface Outcome {
  readonly exitCode: number;
  readonly text: string;
  readonly json: unknown;
  readonly problems: readonly Problem[];
  readonly steps: readonly string[];
}

async function run(root: string, args: readonly string[], json = false): Promise<Outcome> {
  const { reporter, heard } = collectingReporter();
  const context: Partial<Context> = {
    root,
    env: {},
    platform: 'linux',
    reporter,
    json,
    signal: new AbortController().signal,
  };
  const outcome = (exitCode: number, problems: readonly Problem[]): Outcome => ({
    exitCode,
    text: heard.lines.join('\n'),
    json: heard.results.length === 0 ? null : JSON.parse(heard.results.join('\n')),
    problems,
    steps: heard.steps,
  });
  try {
    return outcome(await explain(context as Context, args), heard.problems);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return outcome(error.exitCode, error.problems);
  }
}

test('without a name it is the whole model', async () => {
  const { exitCode, text, steps } = await run(project({}, 'ha'), []);
  expect(exitCode).toBe(Exit.done);
  expect(text).toMatch(/^cluster\n {2}node_cidr +192\.168\.20\.0\/22 +cluster\.yaml:2:12\n/);
  expect(text).toContain('\nnodes.wk-2\n');
  expect(steps).toEqual([]);
});

test('a name, a line of a generated file and a line of an input are answered', async () => {
  const folder = project({}, 'ha');
  expect((await run(folder, ['node_cidr'])).text).toContain('cluster.yaml:2:12 node_cidr');
  const generated = await run(folder, [`${TFVARS}:${POD_CIDR}`]);
  expect(generated).toMatchObject({ exitCode: Exit.done, problems: [], steps: [] });
  expect(generated.text).toContain('cluster_pod_cidr = 10.244.0.0/16\n  from      cluster.yaml:9:19 cluster_pod_cidr');
  expect((await run(folder, ['nodes.yaml:5:12'])).text).toMatch(/^nodes\.wk-1\.name = wk-1\n/);
});

test('the absolute path of a file is understood', async () => {
  const folder = project({}, 'ha');
  expect((await run(folder, [`${join(folder, TFVARS)}:${POD_CIDR}`])).text).toContain(
    'cluster_pod_cidr = 10.244.0.0/16',
  );
});

describe('--json', () => {
  test('has the value, its source with place, and what it overrode', async () => {
    const { json, text } = await run(project({}, 'mixed-workers'), ['nodes.wk-small.memory'], true);
    expect(text).toBe('');
    expect(json).toEqual({
      problems: [expect.objectContaining({ code: 'short-name', severity: 'note' })],
      line: null,
      values: [
        {
          name: 'nodes.wk-small.vm_memory',
          path: 'nodes[1].vm_memory',
          value: 2048,
          source: {
            from: 'written',
            key: 'nodes[1].vm_memory',
            file: 'nodes.yaml',
            line: 10,
            column: 16,
            endLine: 10,
            endColumn: 20,
            value: 2048,
          },
          overrode: [
            expect.objectContaining({
              from: 'written',
              file: 'cluster.yaml',
              line: 10,
              key: 'proxmox_vm_defaults.memory',
            }),
            { from: 'built-in', key: 'proxmox_vm_worker_defaults.memory', value: 16384 },
            { from: 'built-in', key: 'proxmox_vm_defaults.memory', value: 8192 },
          ],
        },
      ],
    });
  });

  test('has the line and its template', async () => {
    const line = lineOf('http-backend', 'infrastructure/tofu/backend.tf', 'address');
    const { json } = await run(project({}, 'http-backend'), [`backend.tf:${line}`], true);
    expect(json).toMatchObject({
      line: {
        file: 'infrastructure/tofu/backend.tf',
        line,
        text: '    address        = "https://tfstate.example.com/states/proxmox-two"',
        template: 'templates/stack/backend.tf.njk',
        templateLine: 5,
      },
      values: [{ as: 'value', path: 'instances[0].backend.address' }, { as: 'condition' }],
    });
  });
});

describe('refuses with exit code 2', () => {
  test.each([
    [['nod_cidr'], 'unknown-name'],
    [['terraform.tfvar:3'], 'unknown-file'],
    [['terraform.tfvars:30000'], 'unknown-line'],
    [['cluster.yaml:1'], 'nothing-here'],
    [['node_cidr', 'cluster_name'], 'too-many-arguments'],
  ])('%j', async (args, code) => {
    const { exitCode, problems, text } = await run(project({}, 'ha'), args);
    expect([exitCode, problems.map((problem) => problem.code), text]).toEqual([Exit.refusedInput, [code], '']);
  });

  test('inputs that are not valid, with what is wrong with them', async () => {
    const folder = project({}, 'ha');
    rmSync(join(folder, 'nodes.yaml'));
    expect(await run(folder, [])).toMatchObject({ exitCode: Exit.refusedInput, problems: [{ code: 'input-missing' }] });
  });
});

test('broken templates stand in the way of lines only', async () => {
  const folder = project({ 'templates/stack/broken.tf.njk': '#% if %#' }, 'ha');
  expect((await run(folder, ['node_cidr'])).exitCode).toBe(Exit.done);
  expect((await run(folder, ['cluster.yaml:2'])).exitCode).toBe(Exit.done);
  expect((await run(folder, ['backend.tf:1'])).exitCode).toBe(Exit.refusedTemplate);
});

test('a file on disk of an earlier run is noted', async () => {
  const folder = project({ [TFVARS]: 'cluster_name = "old"\n' }, 'ha');
  expect((await run(folder, [`${TFVARS}:${POD_CIDR}`])).problems).toMatchObject([
    { code: 'output-outdated', severity: 'note' },
  ]);
  writeFileSync(join(folder, 'cluster.yaml'), 'node_cidr: [\n');
  expect((await run(folder, [`${TFVARS}:${POD_CIDR}`])).exitCode).toBe(Exit.refusedInput);
});
