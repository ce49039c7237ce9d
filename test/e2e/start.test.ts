/** How nigari starts: with the code that an earlier run compiled, or without. */
import { chmodSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { emptyFolder, nigari, project, REPOSITORY, tree } from '../support/project.ts';

const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };

/** Which files of compiled code there are, each with what tells it from one that is written in its place. */
function kept(cache: string): ReadonlyMap<string, number> {
  const paths = [...tree(cache).keys()].filter((path) => !path.endsWith('/'));
  return new Map(paths.map((path) => [path, lstatSync(join(cache, path)).ino]));
}

const told = ({ status, stdout, stderr }: ReturnType<typeof nigari>) => ({ status, stdout, stderr });

test('the version is told in every way, and nothing is kept for it', () => {
  const [folder, XDG_CACHE_HOME] = [emptyFolder(), emptyFolder()];
  for (const args of [['--version'], ['--no-color', '--version'], ['check', '--version']]) {
    expect(told(nigari(folder, args))).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  }
  nigari(folder, ['--version'], { XDG_CACHE_HOME });
  expect(readdirSync(XDG_CACHE_HOME)).toEqual([]);
});

test('compiled code is kept by the first good run, taken by the next, made anew where it is damaged', () => {
  const [folder, XDG_CACHE_HOME] = [project({}, 'minimal'), emptyFolder()];
  const check = () => told(nigari(folder, ['check'], { XDG_CACHE_HOME }));
  const first = check();
  expect(first.status).toBe(0);
  const before = kept(XDG_CACHE_HOME);
  expect([...before.keys()].filter((path) => /\/cli-\w+\.js$/.test(path))).toHaveLength(1);
  expect(before.size).toBeGreaterThan(10);
  expect(check()).toEqual(first);
  expect(kept(XDG_CACHE_HOME)).toEqual(before);
  for (const path of before.keys()) {
    const bytes = readFileSync(join(XDG_CACHE_HOME, path));
    writeFileSync(join(XDG_CACHE_HOME, path), bytes.fill(0, bytes.length >> 1));
  }
  expect(check()).toEqual(first);
  const after = kept(XDG_CACHE_HOME);
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect([...after].filter(([path, ino]) => before.get(path) === ino)).toEqual([]);
});

test('nothing is kept by a run that failed, in a project, or where that is not wanted', () => {
  const [folder, XDG_CACHE_HOME] = [project({}, 'minimal'), emptyFolder()];
  expect(nigari(emptyFolder(), ['check'], { XDG_CACHE_HOME }).status).toBe(2);
  expect(nigari(folder, ['check'], { XDG_CACHE_HOME, NIGARI_CODE_CACHE: '0' }).status).toBe(0);
  expect(readdirSync(XDG_CACHE_HOME)).toEqual([]);
  const before = tree(folder);
  expect(nigari(folder, ['check'], { XDG_CACHE_HOME: join(folder, '.cache') }).status).toBe(0);
  expect(nigari(emptyFolder(), ['--chdir', folder, 'check'], { HOME: folder }).status).toBe(0);
  expect(tree(folder)).toEqual(before);
});

test.skipIf(process.platform === 'win32')('where nothing can be kept a run works as ever', () => {
  const [folder, home] = [project({}, 'minimal'), emptyFolder()];
  const usual = told(nigari(folder, ['check']));
  expect(usual.status).toBe(0);
  expect(told(nigari(folder, ['check'], { HOME: '' }))).toEqual(usual);
  expect(told(nigari(folder, ['check'], { XDG_CACHE_HOME: '/dev/null/cache' }))).toEqual(usual);
  chmodSync(home, 0o500);
  expect(told(nigari(folder, ['check'], { HOME: home }))).toEqual(usual);
});
