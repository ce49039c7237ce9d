import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkTree } from '../../scripts/system/git.ts';
import { findOnPath } from '../../scripts/system/programs.ts';

const git = await findOnPath('git', process.env);
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-git-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const call = (...args: string[]): void => void execFileSync(git ?? '', args, { cwd: root, stdio: 'ignore' });

test('without git there is nothing to say', async () => {
  expect(await openWorkTree(null, root)).toBeNull();
});

describe.skipIf(git === null)('with git', () => {
  test('outside of a work tree there is nothing to say', async () => {
    expect(await openWorkTree(git, root)).toBeNull();
    call('init', '--bare', '.');
    expect(await openWorkTree(git, root)).toBeNull();
  });

  test('what is tracked, and what is ignored', async () => {
    call('init');
    await mkdir(join(root, 'a'));
    const odd = ['a/ünï "x".tf', 'a/*.tf', 'tab\tname', 'age.key', 'cluster.yaml'];
    for (const name of odd) await writeFile(join(root, name), '');
    await writeFile(join(root, '.gitignore'), 'age.key\ncluster.yaml\n*.tfstate\n');
    call('add', '.');
    call('add', '--force', 'cluster.yaml');
    const tree = await openWorkTree(git, root);
    expect([...((await tree?.tracked()) ?? [])].toSorted()).toEqual(
      ['.gitignore', 'a/*.tf', 'a/ünï "x".tf', 'cluster.yaml', 'tab\tname'].toSorted(),
    );
    // A path is a path, not a pattern.
    expect(await tree?.tracked(['age.key', 'cluster.yaml', 'a/*.tf'])).toEqual(['a/*.tf', 'cluster.yaml']);
    // Tracked files are not ignored, whatever the rules say.
    expect(await tree?.ignored(['age.key', 'cluster.yaml', 'x.tfstate', 'nodes.yaml'])).toEqual(
      new Set(['age.key', 'x.tfstate']),
    );
    expect(await tree?.ignored([])).toEqual(new Set());
  });

  test('in a folder of a work tree, paths are relative to that folder', async () => {
    call('init');
    await mkdir(join(root, 'project'));
    await writeFile(join(root, 'project', 'age.key'), '');
    await writeFile(join(root, 'above'), '');
    call('add', '.');
    const tree = await openWorkTree(git, join(root, 'project'));
    expect(await tree?.tracked()).toEqual(['age.key']);
  });

  test.skipIf(process.platform === 'win32')('no program of the repository is started', async () => {
    call('init');
    await writeFile(join(root, 'hook.sh'), `#!/bin/sh\ntouch '${join(root, 'started')}'\n`, { mode: 0o755 });
    call('add', '.');
    call('config', 'core.fsmonitor', join(root, 'hook.sh'));
    const tree = await openWorkTree(git, root);
    expect(await tree?.tracked()).toEqual(['hook.sh']);
    expect(await tree?.ignored(['hook.sh'])).toEqual(new Set());
    expect(await readdir(root)).not.toContain('started');
    // The trap works: git by itself springs it.
    call('status');
    expect(await readdir(root)).toContain('started');
  });
});
