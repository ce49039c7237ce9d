import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change, Sealed } from '../../scripts/types.ts';
import { nodeFiles, type FilePort } from '../../scripts/system/files.ts';
import { withLock } from '../../scripts/system/lock.ts';
import { recover } from '../../scripts/system/recovery.ts';
import { write, writeNew, writePublic } from '../../scripts/system/write.ts';

let root = '';
let outside = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-write-'));
  outside = await mkdtemp(join(tmpdir(), 'nigari-outside-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(outside, { recursive: true, force: true });
});

const posix = process.platform !== 'win32';

function sealed(path: string, text: string | Uint8Array, executable = false): Sealed {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return { path, template: `templates/${path}`, bytes, secret: false, executable } as unknown as Sealed;
}
const create = (path: string, text: string | Uint8Array, executable = false): Change => ({
  kind: 'create',
  path,
  sealed: sealed(path, text, executable),
});

/** Every path below a folder with what it holds: the whole of what a run may have changed. */
async function tree(folder: string, below = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: '' }, await tree(folder, path));
    else if (entry.isSymbolicLink()) found[path] = `-> ${await readlink(join(folder, path))}`;
    else
      found[path] =
        `${posix ? ((await stat(join(folder, path))).mode & 0o777).toString(8) : ''} ${await readFile(join(folder, path), 'utf8')}`;
  }
  return found;
}

const codes = (result: { readonly ok: boolean; readonly problems: readonly { readonly code: string }[] }) =>
  result.problems.map(({ code }) => code);

describe('write', () => {
  test('makes folders and files, and leaves nothing else', async () => {
    const result = await write([create('a/b/one.tf', 'one\n'), create('two.sh', '#!/bin/sh\n', true)], root);
    expect(result).toEqual({ ok: true, value: undefined, problems: [] });
    const umask = process.umask();
    const mode = (bits: number) => (posix ? (bits & ~umask).toString(8) : '');
    expect(await tree(root)).toEqual({
      'a/': '',
      'a/b/': '',
      'a/b/one.tf': `${mode(0o644)} one\n`,
      'two.sh': `${mode(0o755)} #!/bin/sh\n`,
    });
  });

  test('keep touches nothing', async () => {
    await writeFile(join(root, 'old.tf'), 'old');
    await write(
      [
        { kind: 'keep', path: 'old.tf' },
        { kind: 'keep', path: 'none.tf' },
      ],
      root,
    );
    expect(Object.keys(await tree(root))).toEqual(['old.tf']);
  });

  test('a file that has the text is not written again', async () => {
    await write([create('a.tf', 'same')], root);
    const before = await stat(join(root, 'a.tf'));
    await write([create('a.tf', 'same')], root);
    const after = await stat(join(root, 'a.tf'));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  test.runIf(posix)('a replaced file keeps its permission bits, but for the executable ones', async () => {
    await writeFile(join(root, 'private'), 'old');
    // The umask, which takes from new files, does not count here.
    await chmod(join(root, 'private'), 0o662);
    await write([create('private', 'new')], root);
    expect((await tree(root))['private']).toBe('662 new');
    await write([create('private', 'new', true)], root);
    expect((await tree(root))['private']).toBe('772 new');
    await write([create('private', 'newer')], root);
    expect((await tree(root))['private']).toBe('662 newer');
  });

  test('binary bytes arrive as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await write([create('image.bin', bytes)], root);
    expect(Buffer.compare(await readFile(join(root, 'image.bin')), bytes)).toBe(0);
  });
});

const gone = (path: string): Change => ({ kind: 'delete', path });

describe('write deletes', () => {
  beforeEach(async () => {
    await mkdir(join(root, 'a/b/c'), { recursive: true });
    for (const path of ['a/b/c/one.tf', 'a/two.tf']) await writeFile(join(root, path), path);
  });

  test('a file, and the folders that it leaves empty, upwards', async () => {
    expect((await write([gone('a/b/c/one.tf')], root)).ok).toBe(true);
    expect(Object.keys(await tree(root))).toEqual(['a/', 'a/two.tf']);
    await write([gone('a/two.tf')], root);
    expect(await tree(root)).toEqual({});
  });

  test('together with what is made, be it in the same folder', async () => {
    const result = await write([gone('a/b/c/one.tf'), create('a/b/c/three.tf', 'x'), gone('a/two.tf')], root);
    expect(result).toEqual({ ok: true, value: undefined, problems: [] });
    expect(Object.keys(await tree(root))).toEqual(['a/', 'a/b/', 'a/b/c/', 'a/b/c/three.tf']);
  });

  test('nothing where nothing is', async () => {
    await rm(join(root, 'a'), { recursive: true });
    await mkdir(join(root, 'empty'));
    expect((await write([gone('a/b/c/one.tf'), gone('empty/x.tf')], root)).ok).toBe(true);
    expect(Object.keys(await tree(root))).toEqual(['empty/']);
  });

  test('neither a folder nor anything outside, and then nothing at all', async () => {
    const before = await tree(root);
    const result = await write([gone('a/two.tf'), gone('a/b'), gone('../x')], root);
    expect(codes(result)).toEqual(['folder-in-the-way', 'path-outside-project']);
    expect(await tree(root)).toEqual(before);
  });

  test.runIf(posix)('no link, nor what it leads to, nor a folder behind one', async () => {
    await symlink('two.tf', join(root, 'a/link.tf'));
    await symlink('a/b/c', join(root, 'linked'));
    expect(codes(await write([gone('a/link.tf')], root))).toEqual(['link-in-the-way']);
    expect((await write([gone('linked/one.tf')], root)).ok).toBe(true);
    expect(Object.keys(await tree(root))).toEqual(['a/', 'a/b/', 'a/b/c/', 'a/link.tf', 'a/two.tf', 'linked']);
  });
});

describe('write stays inside the project', () => {
  test.runIf(posix)('and leaves alone what is reserved there, also behind a link', async () => {
    await mkdir(join(root, '.git/hooks'), { recursive: true });
    await writeFile(join(root, '.git/HEAD'), 'x');
    await symlink('.git', join(root, 'x'));
    for (const change of [create('x/hooks/pre-commit', 'y'), gone('x/HEAD'), create('x/HEAD', 'y')]) {
      const result = await write([create('first.tf', 'x'), change], root);
      expect(codes(result)).toEqual(['link-in-the-way']);
    }
    expect(Object.keys(await tree(root))).toEqual(['.git/', '.git/HEAD', '.git/hooks/', 'x']);
  });

  test.each(['../x', 'a/../../x', '/tmp/nigari-x', '', '.', 'a//b', 'a/./b', 'nul\0byte', 'C:/x', 'C:x'])(
    'the path %j is refused',
    async (path) => {
      const result = await write([create('first.tf', 'x'), create(path, 'x')], root);
      expect(codes(result)).toEqual(['path-outside-project']);
      expect(await tree(root)).toEqual({});
    },
  );

  test.runIf(posix)('a folder that is a link out of it is refused', async () => {
    await symlink(outside, join(root, 'infrastructure'));
    expect(codes(await write([create('infrastructure/x.tf', 'x')], root))).toEqual(['path-outside-project']);
    expect(await tree(outside)).toEqual({});
  });

  test.runIf(posix)('a file that is a link out of it is refused, and its target left alone', async () => {
    await writeFile(join(outside, 'theirs'), 'theirs');
    await symlink(join(outside, 'theirs'), join(root, 'x.tf'));
    expect(codes(await write([create('x.tf', 'ours')], root))).toEqual(['path-outside-project']);
    expect((await tree(outside))['theirs']).toContain('theirs');
  });

  test.runIf(posix)('a link that leads nowhere is refused', async () => {
    await symlink('nowhere', join(root, 'x.tf'));
    expect(codes(await write([create('x.tf', 'ours')], root))).toEqual(['dangling-link']);
  });

  test.runIf(posix)('links in a circle are refused', async () => {
    await symlink('b', join(root, 'a'));
    await symlink('a', join(root, 'b'));
    expect(codes(await write([create('a/x.tf', 'ours')], root))).toEqual(['link-loop']);
  });

  test.runIf(posix)('a link that stays inside is followed and stays a link', async () => {
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'linked'));
    await writeFile(join(root, 'real', 'file'), 'old');
    await symlink('file', join(root, 'real', 'alias'));
    expect((await write([create('linked/alias', 'new'), create('linked/other', 'new')], root)).ok).toBe(true);
    expect((await lstat(join(root, 'linked'))).isSymbolicLink()).toBe(true);
    expect((await lstat(join(root, 'real', 'alias'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(root, 'real', 'file'), 'utf8')).toBe('new');
    expect(await readFile(join(root, 'real', 'other'), 'utf8')).toBe('new');
  });

  test.runIf(posix)('the project itself may be reached by a link', async () => {
    await symlink(root, join(outside, 'project'));
    expect((await write([create('a/x.tf', 'x')], join(outside, 'project'))).ok).toBe(true);
    expect(Object.keys(await tree(root))).toContain('a/x.tf');
  });
});

describe('write and what stands in the way', () => {
  test('everything in the way is named at once, and nothing written', async () => {
    await mkdir(join(root, 'folder.tf'));
    await writeFile(join(root, 'file'), '');
    const before = await tree(root);
    const below = ['file/below.tf', 'file/deep/below.tf'].map((path) => create(path, 'x'));
    const result = await write([create('new.tf', 'x'), create('folder.tf', 'x'), ...below], root);
    expect(result.problems.map(({ code, file }) => [code, file])).toEqual([
      ['folder-in-the-way', 'folder.tf'],
      ['file-in-the-way', 'file'],
    ]);
    expect(result.problems.every(({ hint }) => hint)).toBe(true);
    expect(await tree(root)).toEqual(before);
  });

  test.runIf(posix)('a pipe in the way does not make us wait', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.tf')]);
    expect(codes(await write([create('pipe.tf', 'x')], root))).toEqual(['special-file-in-the-way']);
  });

  test('a file that nobody may write is replaced, and stays so', async () => {
    await writeFile(join(root, 'fixed.tf'), 'old');
    await chmod(join(root, 'fixed.tf'), 0o444);
    expect((await write([create('fixed.tf', 'new')], root)).ok).toBe(true);
    expect((await tree(root))['fixed.tf']).toBe(posix ? '444 new' : ' new');
  });

  test('a project that vanished', async () => {
    const result = await write([create('x.tf', 'x')], join(root, 'gone'));
    expect(codes(result)).toEqual(['file-vanished']);
  });

  test('a name that is too long', async () => {
    const result = await write([create('a.tf', 'x'), create(`${'n'.repeat(300)}.tf`, 'x')], root);
    expect(codes(result)).toEqual(['name-too-long']);
    expect(await tree(root)).toEqual({});
  });
});

/** Runs one of root's programs; null when this machine or user does not allow it. */
function allowed(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(process.platform === 'linux')('write on a real file system that refuses', () => {
  test('a full disk: the old tree stays, and no temporary file', async (context) => {
    context.skip(!allowed('mount', '-t', 'tmpfs', '-o', 'size=16k', 'none', root), 'mounting is not allowed here');
    try {
      await writeFile(join(root, 'small.tf'), 'old');
      const before = await tree(root);
      const result = await write([create('small.tf', 'new'), create('deep/big.tf', 'x'.repeat(64 * 1024))], root);
      expect(codes(result)).toEqual(['disk-full']);
      expect(result.problems[0]?.hint).toContain('space');
      expect(await tree(root)).toEqual(before);
    } finally {
      execFileSync('umount', [root]);
    }
  });

  test('a read-only file system', async (context) => {
    context.skip(!allowed('mount', '-t', 'tmpfs', '-o', 'ro,size=16k', 'none', root), 'mounting is not allowed here');
    try {
      expect(codes(await write([create('a/x.tf', 'x')], root))).toEqual(['read-only-file-system']);
    } finally {
      execFileSync('umount', [root]);
    }
  });

  test('a folder that may not be changed', async (context) => {
    await mkdir(join(root, 'fixed'));
    await writeFile(join(root, 'fixed', 'x.tf'), 'old');
    const isRoot = process.getuid?.() === 0;
    const fixed = isRoot ? allowed('chattr', '+i', join(root, 'fixed')) : allowed('chmod', '555', join(root, 'fixed'));
    context.skip(!fixed, 'neither chattr nor chmod stops us here');
    try {
      const result = await write([create('a.tf', 'new'), create('fixed/x.tf', 'new')], root);
      expect(codes(result)).toEqual(['permission-denied']);
      expect(Object.keys(await tree(root))).toEqual(['fixed/', 'fixed/x.tf']);
    } finally {
      allowed(isRoot ? 'chattr' : 'chmod', isRoot ? '-i' : '755', join(root, 'fixed'));
    }
  });
});

const nextRun = () => withLock(root, () => recover(root));

const OPERATIONS = Object.keys(nodeFiles) as (keyof FilePort)[];

/** The disk, but the calls for which `fails` says so fail as a system would. */
function failing(fails: (count: number) => boolean): { readonly files: FilePort; readonly count: () => number } {
  let count = 0;
  const wrap =
    (operation: keyof FilePort) =>
    async (...args: unknown[]) => {
      count += 1;
      if (fails(count)) throw Object.assign(new Error('made to fail'), { code: 'EIO', syscall: operation });
      return (nodeFiles[operation] as (...args: unknown[]) => Promise<unknown>)(...args);
    };
  const files = Object.fromEntries(OPERATIONS.map((operation) => [operation, wrap(operation)])) as unknown as FilePort;
  return { files, count: () => count };
}

/** A file by any spelling, as macOS and Windows find it. */
async function actualPath(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  const found = names.find((name) => name.toLowerCase() === basename(path).toLowerCase());
  return found === undefined ? path : join(dirname(path), found);
}

function regardlessOfCase(files: FilePort): FilePort {
  const wrapped = OPERATIONS.map((operation) => [
    operation,
    async (...args: unknown[]) => {
      const found = args.map((arg) => (typeof arg === 'string' ? actualPath(arg) : arg));
      return (files[operation] as (...args: unknown[]) => Promise<unknown>)(...(await Promise.all(found)));
    },
  ]);
  return Object.fromEntries(wrapped) as FilePort;
}

describe('write is all or nothing', () => {
  const changes = [
    create('a/new.tf', 'new'),
    create('b/c/new.tf', 'new'),
    create('old.tf', 'changed'),
    create('run.sh', 'same', true),
    create('same.tf', 'same'),
    gone('stale/deep/gone.tf'),
  ];

  async function start(): Promise<Record<string, string>> {
    await rm(root, { recursive: true, force: true });
    await mkdir(root);
    await mkdir(join(root, 'b'));
    await mkdir(join(root, 'stale/deep'), { recursive: true });
    for (const name of ['old.tf', 'run.sh', 'same.tf', 'stale/deep/gone.tf'])
      await writeFile(join(root, name), name === 'old.tf' ? 'old' : 'same');
    return tree(root);
  }

  test('whichever call of the file system fails, the tree is the old one', async () => {
    await start();
    const { files, count } = failing(() => false);
    expect((await write(changes, root, { files })).ok).toBe(true);
    const done = await tree(root);
    expect(count()).toBeGreaterThan(30);
    for (let nth = 1; nth <= count(); nth += 1) {
      const before = await start();
      const result = await write(changes, root, { files: failing((call) => call === nth).files });
      // Behind the last file nothing is undone any more: what is left is a folder that is empty, or the journal.
      await nextRun();
      if (result.ok) await rm(join(root, 'stale'), { recursive: true, force: true });
      expect({ nth, codes: codes(result), tree: await tree(root) }).toEqual({
        nth,
        codes: result.ok ? [] : ['io-failed'],
        tree: result.ok ? done : before,
      });
    }
    await start();
    expect((await write(changes, root)).ok).toBe(true);
    expect(await tree(root)).toEqual(done);
  });

  test('also when nothing works from then on: that is told, and the next run makes the tree whole', async () => {
    await start();
    const all = failing(() => false);
    await write(changes, root, { files: all.files });
    const done = await tree(root);
    for (let nth = 1; nth <= all.count(); nth += 1) {
      const before = await start();
      const result = await write(changes, root, { files: failing((call) => call >= nth).files });
      const isUntouched = JSON.stringify(await tree(root)) === JSON.stringify(before);
      const isTold = result.ok || isUntouched || codes(result).includes('write-not-undone');
      expect({ nth, isTold, next: (await nextRun()).ok }).toEqual({ nth, isTold: true, next: true });
      if (!(await readdir(root)).includes('stale') || result.ok)
        await rm(join(root, 'stale'), { recursive: true, force: true });
      expect([before, done]).toContainEqual(await tree(root));
    }
  });

  test.each(['create', 'rename', 'syncFolder'] as const)('the project vanishes before %s', async (operation) => {
    await start();
    const files: FilePort = {
      ...nodeFiles,
      [operation]: async (...args: never[]) => {
        await rm(root, { recursive: true, force: true });
        return (nodeFiles[operation] as (...args: never[]) => Promise<void>)(...args);
      },
    };
    const result = await write(changes, root, { files });
    expect(codes(result)[0]).toBe('file-vanished');
    expect(result.problems.every(({ hint }) => hint)).toBe(true);
  });

  test('where case does not count, a file gets another name in it', async () => {
    await writeFile(join(root, 'Main.tf'), 'old');
    const files = regardlessOfCase(nodeFiles);
    expect((await write([create('main.tf', 'new'), gone('Main.tf')], root, { files })).ok).toBe(true);
    expect(Object.keys(await tree(root))).toHaveLength(1);
    expect(await readFile(await actualPath(join(root, 'main.tf')), 'utf8')).toBe('new');
  });

  test('a bug is thrown, after the old tree is back', async () => {
    const before = await start();
    const bugs = [new TypeError('a bug')];
    const rename: FilePort['rename'] = (from, to) => {
      const bug = bugs.pop();
      return bug === undefined ? nodeFiles.rename(from, to) : Promise.reject(bug);
    };
    const broken: FilePort = { ...nodeFiles, rename };
    await expect(write(changes, root, { files: broken })).rejects.toThrow('a bug');
    expect(await tree(root)).toEqual(before);
  });

  test('interrupted between any two files: the old tree, or all of the new one', async () => {
    await start();
    const all = failing(() => false);
    await write(changes, root, { files: all.files });
    const done = await tree(root);
    const outcomes = new Set<string>();
    for (let nth = 1; nth <= all.count(); nth += 1) {
      const before = await start();
      const stop = new AbortController();
      const { files } = failing((call) => {
        if (call === nth) stop.abort();
        return false;
      });
      const result = await write(changes, root, { files, signal: stop.signal });
      outcomes.add(result.ok ? 'done' : codes(result).join());
      expect({ nth, tree: await tree(root) }).toEqual({ nth, tree: result.ok ? done : before });
    }
    expect([...outcomes].toSorted()).toEqual(['done', 'interrupted']);
  });
});

describe('writeNew', () => {
  const one = (path: string, text = 'x') => writeNew(root, [{ path, text }]);

  test('makes files and their folders, once', async () => {
    const wanted = ['.vscode/settings.json', 'mise.toml'].map((path) => ({ path, text: path }));
    expect(await writeNew(root, wanted)).toMatchObject({ ok: true, value: ['.vscode/settings.json', 'mise.toml'] });
    const more = [...wanted, { path: 'new', text: 'new' }].map(({ path }) => ({ path, text: 'other' }));
    expect(await writeNew(root, more)).toMatchObject({ ok: true, value: ['new'] });
    expect(await readFile(join(root, '.vscode/settings.json'), 'utf8')).toBe('.vscode/settings.json');
  });

  test.runIf(posix)('leaves links alone, and goes through none that leads out', async () => {
    await symlink(join(outside, 'Taskfile.yml'), join(root, 'Taskfile.yml'));
    expect(await one('Taskfile.yml')).toMatchObject({ ok: true, value: [] });
    await symlink(outside, join(root, '.vscode'));
    expect(codes(await one('.vscode/x'))).toEqual(['path-outside-project']);
    expect(await tree(outside)).toEqual({});
  });

  test('says what stands in the way', async () => {
    await writeFile(join(root, '.vscode'), '');
    expect(codes(await one('.vscode/x.json'))).toEqual(['file-in-the-way']);
    await mkdir(join(root, 'mise.toml'));
    expect(await one('mise.toml')).toMatchObject({ ok: true, value: [] });
    expect(codes(await one('../x'))).toEqual(['path-outside-project']);
  });
});

describe('what was there when it was decided', () => {
  const seen = (...files: (readonly [string, string])[]) =>
    new Map(files.map(([path, text]) => [path, { bytes: Buffer.from(text) }]));

  test('is replaced or deleted while it is the same', async () => {
    await writeFile(join(root, 'a.tf'), 'old');
    await writeFile(join(root, 'b.tf'), 'old');
    const options = { seen: seen(['a.tf', 'old'], ['b.tf', 'old']) };
    expect((await write([create('a.tf', 'new'), gone('b.tf'), create('c.tf', 'new')], root, options)).ok).toBe(true);
    expect(Object.keys(await tree(root))).toEqual(['a.tf', 'c.tf']);
  });

  test.each([
    ['is there now', [create('new.tf', 'x'), create('a.tf', 'x')], seen()],
    ['is another now', [create('new.tf', 'x'), create('a.tf', 'x')], seen(['a.tf', 'older'])],
    ['is another now, and was to go', [create('new.tf', 'x'), gone('a.tf')], seen(['a.tf', 'older'])],
    ['is gone now', [create('new.tf', 'x'), create('b.tf', 'x')], seen(['b.tf', 'old'])],
  ])('%s: that is told, and nothing written', async (_, changes, known) => {
    await writeFile(join(root, 'a.tf'), 'old');
    const result = await write(changes, root, { seen: known });
    expect(codes(result)).toEqual(['changed-meanwhile']);
    expect(Object.keys(await tree(root))).toEqual(['a.tf']);
    expect(await readFile(join(root, 'a.tf'), 'utf8')).toBe('old');
  });
});

describe('writePublic', () => {
  test('creates, replaces, and leaves the same text alone', async () => {
    await writePublic(root, { path: '.nigari/schemas/x.json', text: '{}' });
    const before = await stat(join(root, '.nigari/schemas/x.json'));
    await writePublic(root, { path: '.nigari/schemas/x.json', text: '{}' });
    expect((await stat(join(root, '.nigari/schemas/x.json'))).ino).toBe(before.ino);
    await writePublic(root, { path: '.nigari/schemas/x.json', text: '{"a":1}' });
    expect(await readFile(join(root, '.nigari/schemas/x.json'), 'utf8')).toBe('{"a":1}');
    expect(Object.keys(await tree(root))).toEqual(['.nigari/', '.nigari/schemas/', '.nigari/schemas/x.json']);
  });
});
