import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_INPUT_BYTES } from '../../scripts/config/yaml.ts';
import { loadInputs, loadSopsConfig } from '../../scripts/system/inputs.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-inputs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = (name: string, text: string | Uint8Array): Promise<void> => writeFile(join(root, name), text);
/** The problem of cluster.yaml, with nodes.yaml in good order. */
async function refusal() {
  await put('nodes.yaml', 'nodes: []\n');
  const { cluster, nodes } = await loadInputs(root);
  expect(nodes.ok).toBe(true);
  expect(cluster.ok).toBe(false);
  return cluster.problems[0];
}

describe('loadInputs', () => {
  test('gives the bytes as they are', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xff]);
    await put('cluster.yaml', bytes);
    await put('nodes.yaml', '');
    const { cluster, nodes } = await loadInputs(root);
    expect(cluster).toMatchObject({ ok: true, value: { path: 'cluster.yaml' } });
    expect(cluster.ok && Buffer.compare(cluster.value.bytes, bytes)).toBe(0);
    expect(nodes).toMatchObject({ ok: true, value: { path: 'nodes.yaml', bytes: Buffer.alloc(0) } });
  });

  test('each is refused on its own', async () => {
    const { cluster, nodes } = await loadInputs(root);
    expect([cluster, nodes].map(({ problems }) => problems.map(({ code, file }) => `${code} ${file}`))).toEqual([
      ['input-missing cluster.yaml'],
      ['input-missing nodes.yaml'],
    ]);
  });

  test('a missing one: says what makes it', async () => {
    expect(await refusal()).toEqual({
      code: 'input-missing',
      severity: 'error',
      file: 'cluster.yaml',
      message: 'there is no cluster.yaml',
      hint: 'run `nigari init`: it makes one to fill in, or says what belongs there',
    });
  });

  test('a missing one that is called cluster.yml', async () => {
    await put('cluster.yml', '');
    expect(await refusal()).toMatchObject({ code: 'input-missing', hint: 'rename cluster.yml to cluster.yaml' });
  });

  // Other systems' file names ignore case: there it is found.
  test.runIf(process.platform === 'linux')('a missing one that is called Cluster.yaml', async () => {
    await put('Cluster.yaml', '');
    expect(await refusal()).toMatchObject({ code: 'input-missing', hint: 'rename Cluster.yaml to cluster.yaml' });
  });

  test('a folder in its place', async () => {
    await mkdir(join(root, 'cluster.yaml'));
    expect(await refusal()).toMatchObject({
      code: 'input-not-a-file',
      message: 'cluster.yaml is a folder, not a file',
    });
  });

  test.skipIf(process.platform === 'win32')('a pipe in its place does not make us wait', async () => {
    execFileSync('mkfifo', [join(root, 'cluster.yaml')]);
    expect(await refusal()).toMatchObject({ code: 'input-not-a-file' });
  });

  test('up to 8 MiB and not a byte more', async () => {
    await put('cluster.yaml', '');
    await truncate(join(root, 'cluster.yaml'), MAX_INPUT_BYTES);
    await put('nodes.yaml', '');
    expect((await loadInputs(root)).cluster.ok).toBe(true);
    await truncate(join(root, 'cluster.yaml'), MAX_INPUT_BYTES + 1);
    expect(await refusal()).toMatchObject({
      code: 'input-too-large',
      message: 'cluster.yaml has 8.0 MiB; up to 8 MiB are read',
    });
  });

  test.skipIf(process.platform === 'win32')(
    'a link is followed, also out of the project; one to nothing is missing',
    async () => {
      await mkdir(join(root, 'project'));
      await put('shared.yaml', 'a: 1\n');
      await symlink('../shared.yaml', join(root, 'project', 'cluster.yaml'));
      await symlink('../nothing.yaml', join(root, 'project', 'nodes.yaml'));
      const { cluster, nodes } = await loadInputs(join(root, 'project'));
      expect(cluster).toMatchObject({ ok: true });
      expect(nodes.problems[0]?.code).toBe('input-missing');
    },
  );

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('one that may not be read', async () => {
    await writeFile(join(root, 'cluster.yaml'), '', { mode: 0 });
    expect(await refusal()).toMatchObject({ code: 'permission-denied' });
  });

  test('a project that is a file', async () => {
    await put('file', '');
    const { cluster } = await loadInputs(join(root, 'file'));
    expect(cluster.problems[0]?.code).toMatch(/^(file-in-the-way|input-missing)$/);
  });
});

describe('loadSopsConfig', () => {
  test('is null where there is none, and refused as the inputs are', async () => {
    expect(await loadSopsConfig(root)).toEqual({ ok: true, value: null, problems: [] });
    await put('.sops.yaml', 'creation_rules: []\n');
    expect(await loadSopsConfig(root)).toMatchObject({ ok: true, value: { path: '.sops.yaml' } });
    await rm(join(root, '.sops.yaml'));
    await mkdir(join(root, '.sops.yaml'));
    expect(await loadSopsConfig(root)).toMatchObject({ ok: false, problems: [{ code: 'input-not-a-file' }] });
  });
});
