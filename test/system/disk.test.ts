import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listFiles, readDisk } from '../../scripts/system/disk.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-disk-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const posix = process.platform !== 'win32';
const touch = async (...paths: string[]): Promise<void> => {
  for (const path of paths) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), path);
  }
};

describe('readDisk', () => {
  test('holds what is there, and nothing of what is missing', async () => {
    await touch('a/b.tf', 'c.sh');
    await chmod(join(root, 'c.sh'), 0o755);
    const disk = await readDisk(root, ['a/b.tf', 'c.sh', 'a/none.tf', 'no/such/folder.tf']);
    expect(disk.ok && [...disk.value]).toEqual([
      ['a/b.tf', { bytes: Buffer.from('a/b.tf'), executable: false }],
      ['c.sh', { bytes: Buffer.from('c.sh'), executable: posix }],
    ]);
  });

  test('names everything that is no file, at once', async () => {
    await touch('file');
    await mkdir(join(root, 'folder'));
    const disk = await readDisk(root, ['folder', 'file/below', '../outside', 'file']);
    expect(disk.problems.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'folder-in-the-way folder',
      'file-in-the-way file',
      'path-outside-project ../outside',
    ]);
  });

  test.runIf(posix)('follows links that stay inside, and no others', async () => {
    await touch('real/a.tf');
    await symlink('real', join(root, 'linked'));
    await symlink(tmpdir(), join(root, 'out'));
    expect(await readDisk(root, ['linked/a.tf'])).toMatchObject({ ok: true });
    expect((await readDisk(root, ['out/a.tf'])).problems[0]?.code).toBe('path-outside-project');
  });
});

describe('listFiles', () => {
  test('lists files of all depths, sorted, without those of other programs', async () => {
    await touch(
      'i/z.tf',
      'i/a/b.tf',
      'i/.terraform/providers/x',
      'i/.terraform.lock.hcl',
      'i/.git/HEAD',
      'i/node_modules/x',
      'other',
    );
    expect(await listFiles(root, 'i')).toEqual({
      ok: true,
      value: ['i/.terraform.lock.hcl', 'i/a/b.tf', 'i/z.tf'],
      problems: [],
    });
    expect(await listFiles(root, '.')).toMatchObject({
      value: ['i/.terraform.lock.hcl', 'i/a/b.tf', 'i/z.tf', 'other'],
    });
  });

  test('a missing folder and a file have none', async () => {
    await touch('file');
    expect(await listFiles(root, 'none')).toMatchObject({ ok: true, value: [] });
    expect(await listFiles(root, 'file')).toMatchObject({ ok: true, value: [] });
  });

  test.runIf(posix)('links are neither followed nor listed', async () => {
    await touch('i/a.tf');
    await symlink('a.tf', join(root, 'i/link.tf'));
    await symlink('..', join(root, 'i/up'));
    expect(await listFiles(root, 'i')).toMatchObject({ value: ['i/a.tf'] });
    await symlink(tmpdir(), join(root, 'out'));
    expect((await listFiles(root, 'out')).problems[0]?.code).toBe('path-outside-project');
  });
});
