/** `configure` with nothing to do: it ends as the long way does, and holds only while nothing changed that a run reads. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder, nigari, project, REPOSITORY } from '../support/project.ts';

const CACHE = '.nigari/cache/last-run';

type Env = Readonly<Record<string, string>>;

async function ready(scenario: string): Promise<{ folder: string; env: Env }> {
  const folder = project({}, scenario);
  const env = { XDG_STATE_HOME: emptyFolder() };
  expect(nigari(folder, ['init'], env).status).toBe(0);
  return { folder, env };
}

/** Whether a run took the long way: which of its files node loaded. */
function isLong(folder: string, args: readonly string[], env: Env): boolean {
  const coverage = emptyFolder();
  expect(nigari(folder, args, { ...env, NODE_V8_COVERAGE: coverage }).status).toBe(0);
  const loaded = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
  expect(loaded.join('')).toContain('/chunks/unchanged-');
  return loaded.join('').includes('/chunks/configure-');
}

/** What is done is told while it is done; here nothing is. */
const withoutSteps = (text: string): string =>
  text.replaceAll(/^(Validate|Render|Verify|Seal|Write|Nothing changed) .*\n/gm, '');

describe('what is said', () => {
  test.each(['bare-metal', 'encrypted-state', 'silenced'])('is what the long way says: %s', async (scenario) => {
    const { folder, env } = await ready(scenario);
    expect(nigari(folder, ['configure'], env).status).toBe(0);
    const runs = [['configure'], ['configure', '--json'], ['configure', '--check']];
    const short = runs.map((args) => nigari(folder, args, env));
    expect(isLong(folder, ['configure'], env)).toBe(false);
    const long = runs.map((args) => {
      rmSync(join(folder, CACHE), { force: true });
      return nigari(folder, args, env);
    });
    const told = ({ status, stdout, stderr }: (typeof long)[number]) => ({
      status,
      stdout: withoutSteps(stdout),
      stderr: withoutSteps(stderr),
    });
    expect(short.map(told)).toEqual(long.map(told));
  });

  test('is said the long way with --force, with other options than before, and with other words for the folder', async () => {
    const { folder, env } = await ready('minimal');
    nigari(folder, ['configure'], env);
    expect(isLong(folder, ['configure'], env)).toBe(false);
    for (const other of [['--force'], ['--no-init'], ['--keep-edits']]) {
      expect(isLong(folder, ['configure', ...other], env)).toBe(true);
    }
    nigari(folder, ['configure'], env);
    expect(isLong(folder, ['--chdir', folder, 'configure'], env)).toBe(true);
  });
});

test('everything that a run reads is looked at by the next one', async () => {
  const { folder, env } = await ready('encrypted-state');
  const report = join(emptyFolder(), 'reads');
  const spy = join(REPOSITORY, 'test/support/read-spy.mjs');
  const run = nigari(folder, ['configure'], { ...env, NIGARI_SPY_READS: report }, ['--import', spy]);
  expect(run.status).toBe(0);
  const lines = readFileSync(report, 'utf8').split('\n');
  const read = lines.filter((line) => line.startsWith('file ')).map((line) => line.slice('file '.length));
  const { seen } = keptIn(folder);
  const known = new Set(seen.map(({ path }) => path));
  const own = [folder, join(REPOSITORY, 'templates')];
  const missed = read.filter((path) => own.some((top) => path.startsWith(`${top}${sep}`)) && !known.has(path));
  expect(missed.filter((path) => !isOfNoMatter(path.slice(folder.length + 1)))).toEqual([]);
  expect(read.filter((path) => known.has(path)).length).toBeGreaterThan(30);
});

/** What a run writes itself: the folders of nigari's own, temporary files, the lock, and this cache; a journal is looked for first. */
const isOfNoMatter = (path: string): boolean =>
  /^\.nigari(\/cache(\/(last-run|lock-.*))?|\/journal\.json)?$|\.tmp$/.test(path);

interface KeptFile {
  readonly seen: readonly { readonly path: string; readonly shape: string }[];
}

function keptIn(folder: string): KeptFile {
  return JSON.parse(readFileSync(join(folder, CACHE), 'utf8').split('\n')[1] ?? '') as KeptFile;
}
