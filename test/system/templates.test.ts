import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assetsDirectory } from '../../scripts/system/assets.ts';
import { loadTemplates } from '../../scripts/system/templates.ts';
import type { Template } from '../../scripts/types.ts';

let root = '';
let builtIn = '';
let project = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-templates-'));
  [builtIn, project] = [join(root, 'package'), join(root, 'project')];
  await mkdir(join(builtIn, 'templates'), { recursive: true });
  await mkdir(project);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(folder: string, path: string, text = path): Promise<void> {
  const file = join(folder, 'templates', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const load = async (roots = { builtIn, project }): Promise<readonly Template[]> => {
  const result = await loadTemplates(roots);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};
const refusals = async (): Promise<readonly string[]> =>
  (await loadTemplates({ builtIn, project })).problems.map(({ code, file }) => `${code} ${file}`);
const posix = process.platform !== 'win32';

describe('loadTemplates', () => {
  test('knows where each counts, and what it makes', async () => {
    await put(builtIn, 'stack/backend.tf.njk');
    await put(builtIn, 'project/infrastructure/README.md.njk');
    await put(builtIn, 'project/.editorconfig');
    await put(builtIn, 'kinds/talos-vms/_vm.njk');
    await put(builtIn, 'kinds/talos-vms/files/[node].yaml.njk');
    const about = (await load()).map(({ path, scope, kind, target, builtIn }) => [path, scope, kind, target, builtIn]);
    expect(about).toEqual([
      ['templates/kinds/talos-vms/_vm.njk', 'kind', 'talos-vms', '_vm.njk', true],
      ['templates/kinds/talos-vms/files/[node].yaml.njk', 'kind', 'talos-vms', 'files/[node].yaml.njk', true],
      ['templates/project/.editorconfig', 'project', null, '.editorconfig', true],
      ['templates/project/infrastructure/README.md.njk', 'project', null, 'infrastructure/README.md.njk', true],
      ['templates/stack/backend.tf.njk', 'stack', null, 'backend.tf.njk', true],
    ]);
  });

  test('the project’s own files come before built-in ones of the same path, and are added to the others', async () => {
    await put(builtIn, 'stack/a.tf.njk', 'ours');
    await put(builtIn, 'stack/b.tf.njk', 'ours');
    await put(project, 'stack/b.tf.njk', 'theirs');
    await put(project, 'stack/c.tf.njk', 'theirs');
    const texts = (await load()).map(({ path, bytes, builtIn }) => [path, Buffer.from(bytes).toString(), builtIn]);
    expect(texts).toEqual([
      ['templates/stack/a.tf.njk', 'ours', true],
      ['templates/stack/b.tf.njk', 'theirs', false],
      ['templates/stack/c.tf.njk', 'theirs', false],
    ]);
  });

  test('in a clone, both are one folder: its files are the built-in ones', async () => {
    await put(builtIn, 'stack/a.tf.njk');
    expect((await load({ builtIn, project: builtIn })).map(({ builtIn }) => builtIn)).toEqual([true]);
  });

  test.runIf(posix)('also when the project is reached by a link', async () => {
    await put(builtIn, 'stack/a.tf.njk');
    await symlink(builtIn, join(root, 'link'));
    expect((await load({ builtIn, project: join(root, 'link') })).map(({ builtIn }) => builtIn)).toEqual([true]);
  });

  test('what editors, desktops and git leave behind is passed over', async () => {
    const junk = [
      '.DS_Store',
      'Thumbs.db',
      'desktop.ini',
      'a.tf.njk~',
      '.a.tf.njk.swp',
      '.a.tf.njk.swo',
      '#a.tf.njk#',
      '.#a.tf.njk',
    ];
    for (const name of junk) await put(project, `stack/${name}`);
    await put(project, '.DS_Store');
    expect(await load()).toEqual([]);
  });

  test('a file that nothing renders is refused, all at once; notes to people are not', async () => {
    for (const path of ['README.md', 'main.tf.njk', 'kinds/main.tf.njk', 'stacks/a.tf.njk', 'stack/fine.tf.njk'])
      await put(project, path);
    expect(await refusals()).toEqual([
      'template-misplaced templates/kinds/main.tf.njk',
      'template-misplaced templates/main.tf.njk',
      'template-misplaced templates/stacks/a.tf.njk',
    ]);
  });

  test.runIf(posix)('the executable bit is kept', async () => {
    await put(builtIn, 'project/run.sh');
    await put(builtIn, 'project/text');
    await chmod(join(builtIn, 'templates/project/run.sh'), 0o755);
    expect((await load()).map(({ executable }) => executable)).toEqual([true, false]);
  });

  test.runIf(posix)('links inside are followed, those that leave or go in circles are refused', async () => {
    await put(project, 'stack/a.tf.njk', 'linked');
    await symlink('stack', join(project, 'templates', 'project'));
    expect((await load()).map(({ path }) => path)).toEqual(['templates/project/a.tf.njk', 'templates/stack/a.tf.njk']);
    await writeFile(join(root, 'secret'), '');
    await symlink(join(root, 'secret'), join(project, 'templates/stack/out.tf'));
    await symlink(root, join(project, 'templates/stack/up'));
    await symlink('..', join(project, 'templates/stack/circle'));
    await symlink('nothing', join(project, 'templates/stack/dangling'));
    await symlink('loop', join(project, 'templates/stack/loop'));
    await rm(join(project, 'templates/project'));
    expect(await refusals()).toEqual([
      'template-link-circle templates/stack/circle',
      'file-vanished templates/stack/dangling',
      'link-loop templates/stack/loop',
      'template-link-outside templates/stack/out.tf',
      'template-link-outside templates/stack/up',
    ]);
  });

  test.runIf(posix)('templates/ itself may be a link: a folder that projects share', async () => {
    await mkdir(join(root, 'shared/templates/stack'), { recursive: true });
    await writeFile(join(root, 'shared/templates/stack/a.tf.njk'), '');
    await symlink(join(root, 'shared/templates'), join(project, 'templates'));
    expect(await load()).toMatchObject([{ path: 'templates/stack/a.tf.njk', builtIn: false }]);
  });

  test.runIf(posix)('a pipe does not make us wait', async () => {
    await mkdir(join(project, 'templates/stack'), { recursive: true });
    execFileSync('mkfifo', [join(project, 'templates/stack/pipe')]);
    expect(await refusals()).toEqual(['template-not-a-file templates/stack/pipe']);
  });

  test('a file called templates, and a damaged installation', async () => {
    await writeFile(join(project, 'templates'), '');
    expect(await refusals()).toEqual(['file-in-the-way templates']);
    await rm(join(builtIn, 'templates'), { recursive: true });
    expect(await refusals()).toEqual(['templates-missing undefined']);
  });
});

describe('assetsDirectory', () => {
  test.each(['scripts/system/assets.ts', 'dist/nigari.js'])('is found from %s', async (module) => {
    const home = join(root, 'node_modules', 'nigari');
    for (const folder of ['templates', 'schemas', dirname(module)])
      await mkdir(join(home, folder), { recursive: true });
    await writeFile(join(home, 'package.json'), '{}');
    // Above it another project, which happens to have a folder of the same name.
    await mkdir(join(root, 'templates'));
    expect(assetsDirectory(new URL(`file://${posix ? '' : '/'}${join(home, module)}`).href)).toBe(home);
  });

  test('from the running source: this repository', async () => {
    expect((await load({ builtIn: assetsDirectory(), project })).map(({ path }) => path)).toContain(
      'templates/stack/backend.tf.njk',
    );
  });

  test('a damaged installation is no expected failure', () => {
    expect(() => assetsDirectory(new URL(`file://${posix ? '' : '/'}${join(root, 'x.js')}`).href)).toThrow(
      'install it again',
    );
  });
});
