import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, expect, test } from 'vitest';
import { collectingReporter } from '../../scripts/system/terminal.ts';
import { recoverFirst } from '../../scripts/commands/recover.ts';
import { withLock } from '../../scripts/system/lock.ts';
import { recover } from '../../scripts/system/recovery.ts';
import { writePublic } from '../../scripts/system/write.ts';
import { temporaryFolder } from '../support/copy.ts';

const posix = process.platform !== 'win32';
const ID = '0123456789ab';
const JOURNAL = '.nigari/journal.json';

let root = '';
beforeEach(async () => {
  root = join(await temporaryFolder(), 'project');
  await mkdir(root);
});

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const temporary = (path: string, end = 'tmp'): string => join(dirname(path), `.${path.split('/').at(-1)}.${ID}.${end}`);

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

interface Entry {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A journal of ours, but for what a test says. */
const journal = (state: string, files: readonly Entry[], more: object = {}): Readonly<Record<string, string>> => {
  const hashed = files.map(({ path, before, after }) => ({
    path,
    before: before && sha(before),
    after: after && sha(after),
  }));
  return { [JOURNAL]: JSON.stringify({ schema: 1, state, id: ID, files: hashed, made: [], emptied: [], ...more }) };
};

async function tree(folder = root): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(
    async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8').catch(() => '->')] as const,
  );
  return Object.fromEntries((await Promise.all(texts)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

const next = () => withLock(root, () => recover(root));
const codes = ({ problems }: { readonly problems: readonly { readonly code: string }[] }) =>
  problems.map(({ code }) => code);

describe('a run that was cut short', () => {
  test('none: nothing is touched', async () => {
    await put({ 'a.tf': 'a' });
    expect(await next()).toEqual({ ok: true, value: undefined, problems: [] });
    expect(await tree()).toEqual({ 'a.tf': 'a' });
  });

  test('before it changed anything: what it laid ready goes, its folders too', async () => {
    await put({
      'a.tf': 'old',
      [temporary('a.tf')]: 'ne',
      [temporary('made/deep/b.tf')]: 'new',
      ...journal(
        'preparing',
        [
          { path: 'a.tf', before: 'old', after: 'new' },
          { path: 'made/deep/b.tf', before: null, after: 'new' },
          { path: 'made/c.tf', before: null, after: 'new' },
        ],
        { made: ['made', 'made/deep'] },
      ),
    });
    expect(codes(await next())).toEqual(['run-taken-back']);
    expect(await tree()).toEqual({ 'a.tf': 'old' });
    expect(await readdir(root)).toEqual(['a.tf']);
  });

  test('while its journal was written: there was nothing else yet', async () => {
    for (const text of ['', '{"schema":1,"sta', 'null', '[]', '{}', '{"schema":1,"state":"forward","id":"../../x"}']) {
      await put({ 'a.tf': 'a', [JOURNAL]: text });
      expect(codes(await next())).toEqual(['run-taken-back']);
      expect(await tree()).toEqual({ 'a.tf': 'a' });
    }
  });

  test('while its files went into place: the rest follows', async () => {
    await put({
      'a.tf': 'new',
      'b.tf': 'old',
      [temporary('b.tf')]: 'new',
      'gone/c.tf': 'old',
      ...journal(
        'forward',
        [
          { path: 'a.tf', before: 'old', after: 'new' },
          { path: 'b.tf', before: 'old', after: 'new' },
          { path: 'gone/c.tf', before: 'old', after: null },
          { path: 'gone/d.tf', before: 'old', after: null },
        ],
        { emptied: ['gone'] },
      ),
    });
    expect(codes(await next())).toEqual(['run-finished']);
    expect(await tree()).toEqual({ 'a.tf': 'new', 'b.tf': 'new' });
    expect((await readdir(root)).toSorted()).toEqual(['a.tf', 'b.tf']);
  });

  test('a journal of a later nigari is left to it, and nobody writes meanwhile', async () => {
    await put({ 'a.tf': 'old', [JOURNAL]: '{"schema":2}' });
    expect(codes(await next())).toEqual(['journal-newer']);
    expect(codes(await writePublic(root, { path: 'a.tf', text: 'new' }))).toEqual(['journal-newer']);
    expect(await tree()).toEqual({ 'a.tf': 'old', [JOURNAL]: '{"schema":2}' });
  });

  test('whoever writes finishes it first', async () => {
    await put({
      'a.tf': 'old',
      [temporary('a.tf')]: 'new',
      ...journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]),
    });
    expect(codes(await writePublic(root, { path: 'b.tf', text: 'b' }))).toEqual(['run-finished']);
    expect(await tree()).toEqual({ 'a.tf': 'new', 'b.tf': 'b' });
  });
});

describe('what somebody changed since stays', () => {
  test.each([
    ['edited', { 'a.tf': 'mine', [temporary('a.tf')]: 'new' }, { before: 'old', after: 'new' }],
    ['edited, and was to go', { 'a.tf': 'mine' }, { before: 'old', after: null }],
    ['made, where none was', { 'a.tf': 'mine', [temporary('a.tf')]: 'new' }, { before: null, after: 'new' }],
  ])('%s', async (_, files, entry) => {
    await put({ ...files, ...journal('forward', [{ path: 'a.tf', ...entry }]) });
    const found = await next();
    expect(codes(found)).toEqual(['run-finished', 'changed-since']);
    expect(found.problems[1]).toMatchObject({ severity: 'warning', file: 'a.tf', hint: expect.any(String) });
    expect(await tree()).toEqual({ 'a.tf': 'mine' });
  });

  test('a text that is lost is no reason to lose the other', async () => {
    await put({ 'a.tf': 'old', ...journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]) });
    expect(codes(await next())).toEqual(['run-finished', 'changed-since']);
    expect(await tree()).toEqual({ 'a.tf': 'old' });
  });

  test('a file in the place of a folder, and a folder in the place of a file', async () => {
    await put({
      a: 'mine',
      'b/mine': 'mine',
      ...journal('forward', [
        { path: 'a/x.tf', before: null, after: 'new' },
        { path: 'b', before: 'old', after: 'new' },
      ]),
    });
    expect(codes(await next())).toEqual(['run-finished', 'changed-since', 'changed-since']);
    expect(await tree()).toEqual({ a: 'mine', 'b/mine': 'mine' });
  });
});

/** A journal that came with a clone. The attacker knows what is public, and may lay any file of the project ready. */
describe('a journal that somebody else made', () => {
  test('touches nothing outside of the project, nor what other programs own', async () => {
    const outside = join(dirname(root), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'x'), 'known');
    const paths = [
      '../outside/x',
      '.git/HEAD',
      '.GIT/HEAD',
      'a/git~1/x',
      'node_modules/x',
      '.terraform/x',
      join(outside, 'x'),
    ];
    const inside = paths.filter((path) => !path.includes('outside'));
    const before = Object.fromEntries(inside.map((path) => [path, 'known']));
    await put(before);
    for (const [state, entry] of [
      ['forward', { before: 'known', after: null }],
      ['back', { before: null, after: 'known' }],
    ] as const) {
      await put(
        journal(
          state,
          paths.map((path) => ({ path, ...entry })),
        ),
      );
      expect(new Set(codes(await next()).slice(1))).toEqual(new Set(['changed-since']));
      expect(await tree()).toEqual(before);
      expect(await tree(outside)).toEqual({ x: 'known' });
    }
  });

  test.runIf(posix)('goes through no link to there', async () => {
    const outside = join(dirname(root), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'x'), 'known');
    await put({ '.git/HEAD': 'known' });
    await symlink(outside, join(root, 'out'));
    await symlink('.git', join(root, 'in'));
    const entries = ['out/x', 'in/HEAD'].map((path) => ({ path, before: 'known', after: null }));
    await put(journal('forward', entries, { emptied: ['out', 'in'], made: ['out', 'in'] }));
    expect(codes(await next())).toEqual(['run-finished', 'changed-since', 'changed-since']);
    expect(await tree()).toMatchObject({ '.git/HEAD': 'known', out: '->', in: '->' });
    expect(await tree(outside)).toEqual({ x: 'known' });
  });

  test('replaces nothing of which it does not know the content', async () => {
    await put({
      'age.key': 'secret',
      'cluster.yaml': 'secret',
      [temporary('age.key')]: 'evil',
      ...journal('forward', [
        { path: 'age.key', before: 'a guess', after: 'evil' },
        { path: 'cluster.yaml', before: 'a guess', after: null },
      ]),
    });
    expect(codes(await next())).toEqual(['run-finished', 'changed-since', 'changed-since']);
    expect(await tree()).toEqual({ 'age.key': 'secret', 'cluster.yaml': 'secret' });
  });

  test('moves no file but one of our pattern, with the hash that it says', async () => {
    await put({
      'a.tf': 'old',
      [temporary('a.tf')]: 'other',
      ...journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]),
    });
    expect(codes(await next())).toEqual(['run-finished', 'changed-since']);
    expect(await tree()).toEqual({ 'a.tf': 'old' });
  });

  test.runIf(posix)('moves no link', async () => {
    await put({
      'age.key': 'new',
      'a.tf': 'old',
      ...journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]),
    });
    await symlink('age.key', join(root, temporary('a.tf')));
    expect(codes(await next())).toEqual(['run-finished', 'changed-since']);
    expect(await tree()).toMatchObject({ 'a.tf': 'old', 'age.key': 'new' });
  });

  test.runIf(posix)('is not followed where it, or its folder, is a link that leads out', async () => {
    const outside = join(dirname(root), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'journal.json'), 'theirs');
    await symlink(outside, join(root, '.nigari'));
    expect(codes(await next())).toEqual(['path-outside-project']);
    expect(codes(await writePublic(root, { path: 'a.tf', text: 'a' }))).toEqual(['path-outside-project']);
    expect(await tree(outside)).toEqual({ 'journal.json': 'theirs' });
  });
});

describe('before any command', () => {
  test('it is told that it was done', async () => {
    await put({ 'a.tf': 'new', ...journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]) });
    const { reporter, heard } = collectingReporter();
    await recoverFirst({ root, reporter });
    expect(heard.problems.map(({ code, severity }) => [code, severity])).toEqual([['run-finished', 'note']]);
    expect(await tree()).toEqual({ 'a.tf': 'new' });
  });

  test('what cannot be done is a warning, and the command goes on', async () => {
    await put({ [JOURNAL]: '{"schema":2}' });
    const { reporter, heard } = collectingReporter();
    await recoverFirst({ root, reporter });
    expect(heard.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['journal-newer', 'warning'],
      ['run-not-finished', 'warning'],
    ]);
  });

  test.runIf(process.platform === 'linux')('also where nothing can be written', async (context) => {
    const mount = (...args: string[]) => execFileSync('mount', [...args, root], { stdio: 'ignore' });
    const isMounted = attempt(() => mount('-t', 'tmpfs', 'none'));
    context.skip(!isMounted, 'mounting is not allowed here');
    try {
      await put(journal('forward', [{ path: 'a.tf', before: 'old', after: 'new' }]));
      mount('-o', 'remount,ro');
      const { reporter, heard } = collectingReporter();
      await recoverFirst({ root, reporter });
      expect(heard.problems.map(({ code, severity }) => [code, severity])).toEqual([
        ['read-only-file-system', 'warning'],
        ['run-not-finished', 'warning'],
      ]);
    } finally {
      execFileSync('umount', [root]);
    }
  });

  test('the journal of a run that is at work is its own', async () => {
    const files = { 'a.tf': 'old', ...journal('preparing', [{ path: 'a.tf', before: 'old', after: 'new' }]) };
    await put(files);
    const { reporter, heard } = collectingReporter();
    await withLock(root, async () => {
      await recoverFirst({ root, reporter });
      return { ok: true, value: undefined, problems: [] };
    });
    expect(heard.problems).toEqual([]);
    expect(await tree()).toEqual(files);
  });
});
