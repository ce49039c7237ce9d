import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { beforeEach, expect, test } from 'vitest';
import { checked } from '../../scripts/problem.ts';
import { withLock } from '../../scripts/system/lock.ts';
import { writePublic } from '../../scripts/system/write.ts';
import { ROOT, temporaryFolder } from '../support/copy.ts';

const CACHE = '.nigari/cache';
const HOST = hostname().replaceAll(/[^\w.-]+/g, '_');

let root = '';
beforeEach(async () => {
  root = await temporaryFolder();
});

async function lockOf(host: string, pid: number): Promise<string> {
  await mkdir(join(root, CACHE), { recursive: true });
  await writeFile(join(root, CACHE, `lock-${host}-${pid}`), '');
  return `lock-${host}-${pid}`;
}

/** The number of a process that has ended just now. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'close');
  return child.pid ?? 0;
}

const locks = () => readdir(join(root, CACHE)).catch(() => []);
const work = async () => checked(await locks());

test('is there while the work is done, and gone then, with the folders that were made for it', async () => {
  expect(await withLock(root, work)).toEqual({ ok: true, value: [`lock-${HOST}-${process.pid}`], problems: [] });
  expect(await readdir(root)).toEqual([]);
});

test('is gone also when the work throws; what else lies there stays', async () => {
  await mkdir(join(root, CACHE), { recursive: true });
  await writeFile(join(root, CACHE, 'init.json'), '{}');
  await expect(withLock(root, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  expect(await locks()).toEqual(['init.json']);
});

test('a process that lives has it: who, since when, and what to do is told, and nothing is done', async () => {
  const lock = await lockOf(HOST, process.ppid);
  let isDone = false;
  const found = await withLock(
    root,
    async () => {
      isDone = true;
      return work();
    },
    1,
  );
  expect([isDone, found.problems]).toEqual([
    false,
    [
      {
        code: 'locked',
        severity: 'error',
        message: expect.stringMatching(
          new RegExp(
            `^another run of nigari is at work here: process ${process.ppid}, since \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z$`,
          ),
        ),
        hint: `wait until it has ended, then run the command again; if process ${process.ppid} is no nigari: rm ${CACHE}/${lock}`,
      },
    ],
  ]);
  expect(await locks()).toEqual([lock]);
});

test('a process of another machine has it: nobody knows here whether it lives', async () => {
  const lock = await lockOf('elsewhere.example', await deadPid());
  const { problems } = await withLock(root, work, 0);
  expect(problems[0]?.message).toContain(' on elsewhere.example, since ');
  expect(problems[0]?.hint).toContain(`rm ${CACHE}/${lock}`);
  expect(await locks()).toEqual([lock]);
});

test('a process that is dead had it: it is taken over, with a note', async () => {
  const pid = await deadPid();
  await lockOf(HOST, pid);
  expect(await withLock(root, work)).toMatchObject({
    ok: true,
    value: expect.arrayContaining([`lock-${HOST}-${process.pid}`]),
    problems: [{ code: 'lock-taken-over', severity: 'note', message: expect.stringContaining(`process ${pid}`) }],
  });
  expect(await locks()).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'one of our own number is of a process that is dead, and no link is followed',
  async () => {
    await writeFile(join(root, 'mine'), 'mine');
    await mkdir(join(root, CACHE), { recursive: true });
    await symlink(join(root, 'mine'), join(root, CACHE, `lock-${HOST}-${process.pid}`));
    expect(await withLock(root, work)).toMatchObject({ ok: true });
    expect(await readdir(root)).toEqual(['mine']);
  },
);

test('a process that ends itself in between gives it back', async () => {
  const program = join(await temporaryFolder(), 'exit.mjs');
  const contents = `import { withLock } from './scripts/system/lock.ts';
await withLock(${JSON.stringify(root)}, () => process.exit(7));`;
  const stdin = { contents, resolveDir: ROOT, loader: 'ts' } as const;
  await build({ stdin, outfile: program, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' });
  const child = spawn(process.execPath, [program], { stdio: 'inherit' });
  await once(child, 'close');
  expect(child.exitCode).toBe(7);
  expect(await readdir(root)).toEqual([]);
});

test('works of one process wait for each other', async () => {
  const paths = Array.from({ length: 4 }, (_, index) => `${index}.tf`);
  const results = await Promise.all(paths.map((path) => writePublic(root, { path, text: path })));
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect((await readdir(root)).toSorted()).toEqual(paths);
});

test('nothing to write needs no lock', async () => {
  await writePublic(root, { path: 'a.tf', text: 'a' });
  await lockOf(HOST, process.ppid);
  expect(await writePublic(root, { path: 'a.tf', text: 'a' })).toMatchObject({ ok: true });
});
