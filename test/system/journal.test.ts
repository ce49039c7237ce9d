/** A run that is killed at whatever moment: after the next one there is the old tree or the new one, and nothing else. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { withLock } from '../../scripts/system/lock.ts';
import { recover } from '../../scripts/system/recovery.ts';
import { ROOT, temporaryFolder } from '../support/copy.ts';

let program = '';
beforeAll(async () => {
  program = join(await temporaryFolder((remove) => cleanUps.push(remove)), 'write-files.mjs');
  await build({
    entryPoints: [join(ROOT, 'test/support/write-files.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return () => Promise.all(cleanUps.map((remove) => remove()));
});
const cleanUps: (() => Promise<void>)[] = [];

const PLAN = [
  { path: 'a/new.tf', text: 'new' },
  { path: 'b/c/new.tf', text: 'new' },
  { path: 'old.tf', text: 'changed' },
  { path: 'run.sh', text: 'same', executable: true },
  { path: 'same.tf', text: 'same' },
  { path: 'stale/deep/gone.tf', text: null },
  { path: '.nigari/manifest.json', text: '{}' },
];

async function start(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (const folder of ['b', 'stale/deep', '.nigari']) await mkdir(join(root, folder), { recursive: true });
  const files = {
    'old.tf': 'old',
    'run.sh': 'same',
    'same.tf': 'same',
    'stale/deep/gone.tf': 'old',
    '.nigari/manifest.json': '[]',
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  await chmod(join(root, 'run.sh'), 0o644);
}

/** Every path below a folder, with what it holds and whether it may be executed. */
async function tree(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) return [`${path.slice(root.length + 1)}/`, ''] as const;
    const isExecutable = ((await stat(path)).mode & 0o111) !== 0;
    return [path.slice(root.length + 1), `${isExecutable ? 'x ' : ''}${await readFile(path, 'utf8')}`] as const;
  });
  return Object.fromEntries((await Promise.all(found)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Ended {
  readonly signal: string | null;
  /** `{ ok, codes }` when it was not killed. */
  readonly said: string;
}

function run(root: string, plan: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const args = ['--import', join(ROOT, 'test/support/kill-at.mjs'), program, root, plan];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout) =>
      resolve({ signal: error?.signal ?? null, said: stdout }),
    );
  });
}

describe.skipIf(process.platform === 'win32')('killed at every call that changes something', () => {
  /** Kills runs at one call after the other, until one gets to its end. */
  async function killEach(env: Readonly<Record<string, string>>) {
    const base = await temporaryFolder();
    const [root, plan] = [join(base, 'project'), join(base, 'plan.json')];
    await writeFile(plan, JSON.stringify(PLAN));
    await start(root);
    const before = await tree(root);
    expect(await run(root, plan, {})).toEqual({ signal: null, said: DONE });
    const after = await tree(root);
    const outcomes: string[] = [];
    for (let nth = 1; ; nth += 1) {
      await start(root);
      const ended = await run(root, plan, { ...env, NIGARI_KILL_AT: String(nth) });
      if (ended.signal === null) return { outcomes, said: ended.said, left: await tree(root), before, after };
      expect(await withLock(root, () => recover(root))).toMatchObject({ ok: true });
      const now = await tree(root);
      const isNew = JSON.stringify(now) === JSON.stringify(after);
      expect({ nth, now: isNew ? before : now }).toEqual({ nth, now: before });
      outcomes.push(isNew ? 'new' : 'old');
    }
  }
  const DONE = '{"ok":true,"codes":[]}';
  const count = (outcomes: readonly string[], which: string): number => outcomes.filter((one) => one === which).length;

  test('while it writes', { timeout: 240_000 }, async () => {
    const { outcomes, said, left, after } = await killEach({});
    expect([said, left]).toEqual([DONE, after]);
    // Both happen, and many times: a program that is never killed would pass everything.
    expect(count(outcomes, 'old')).toBeGreaterThan(20);
    expect(count(outcomes, 'new')).toBeGreaterThan(10);
  });

  test('while it takes back what it could not finish', { timeout: 240_000 }, async () => {
    const { outcomes, said, left, before } = await killEach({ NIGARI_FAIL: 'rename:4' });
    expect([said, left]).toEqual(['{"ok":false,"codes":["io-failed"]}', before]);
    expect(count(outcomes, 'old')).toBeGreaterThan(40);
    expect(count(outcomes, 'new')).toBeGreaterThan(10);
  });
});
