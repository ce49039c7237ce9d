/** `.ci/run` with an npm that does as it is told: what it counts, and what it says at the end. */
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { ROOT, temporaryFolder } from './support/copy.ts';

/** Leaves a vitest report where it is asked to, then ends with the code given for the words it is called with. */
const NPM = `#!/usr/bin/env bash
case "$*" in
  test) [ -z "$REPORT" ] || printf '%s' "$REPORT" > "$NIGARI_TEST_REPORT"; exit "\${TEST_EXIT:-0}" ;;
  'run lint') exit "\${LINT_EXIT:-0}" ;;
esac
echo "npm $* (CI=$CI, tools required: $NIGARI_REQUIRE_TOOLS)"
`;

type Status = 'passed' | 'failed';

/** A report as vitest writes it, of files with tests of these outcomes. */
function report(...files: readonly (readonly Status[])[]): string {
  const count = (status: Status): number => files.flat().filter((one) => one === status).length;
  const testResults = files.map((outcomes) => ({
    status: outcomes.length > 0 && outcomes.every((one) => one === 'passed') ? 'passed' : 'failed',
    assertionResults: outcomes.map((status) => ({ status })),
  }));
  return JSON.stringify({ numPassedTests: count('passed'), numFailedTests: count('failed'), testResults });
}

async function ciRun(env: Record<string, string>): Promise<{ exitCode: number | undefined; lines: readonly string[] }> {
  const folder = await temporaryFolder();
  await cp(join(ROOT, '.ci'), join(folder, '.ci'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'tools'));
  await writeFile(join(folder, 'tools/real-tools.mjs'), '');
  await writeFile(join(folder, 'bin/npm'), NPM);
  await chmod(join(folder, 'bin/npm'), 0o755);
  const PATH = `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`;
  const { exitCode, stdout } = await execa(join(folder, '.ci/run'), { env: { ...env, PATH }, reject: false });
  return { exitCode, lines: stdout.split('\n') };
}

/** Besides the tests: real tools, install, lint, types, dead code, formatting. */
const CHECKS = 6;

describe.skipIf(process.platform === 'win32')('.ci/run', () => {
  test('counts tests and checks, and requires the real tools', async () => {
    const { exitCode, lines } = await ciRun({ REPORT: report(['passed', 'passed'], ['passed']) });
    expect(lines.at(-1)).toBe(`${3 + CHECKS} passed, 0 failed`);
    expect(lines).toContain('npm ci (CI=true, tools required: 1)');
    expect(exitCode).toBe(0);
  });

  test('runs every check after a failure, and names what failed', async () => {
    const REPORT = report(['passed', 'failed'], ['failed', 'passed']);
    const { exitCode, lines } = await ciRun({ REPORT, TEST_EXIT: '1', LINT_EXIT: '3' });
    expect(lines.slice(-3)).toEqual([
      'failed: tests (exit 1)',
      'failed: lint (exit 3)',
      `${2 + CHECKS - 1} passed, 3 failed`,
    ]);
    expect(lines.join()).toContain('=== formatting: ');
    expect(exitCode).toBe(1);
  });

  test.for([
    { what: 'a test file that cannot be loaded', env: { REPORT: report(['passed'], []), TEST_EXIT: '1' }, tests: 1 },
    { what: 'tests that pass in a run that fails', env: { REPORT: report(['passed']), TEST_EXIT: '1' }, tests: 1 },
    { what: 'a run that ends without a report', env: { REPORT: '', TEST_EXIT: '1' }, tests: 0 },
    { what: 'a run that says it passed but ran nothing', env: { REPORT: '' }, tests: 0 },
  ])('counts as one failure $what', async ({ env, tests }) => {
    const { exitCode, lines } = await ciRun(env);
    expect(lines.at(-1)).toBe(`${tests + CHECKS} passed, 1 failed`);
    expect(exitCode).toBe(1);
  });
});
