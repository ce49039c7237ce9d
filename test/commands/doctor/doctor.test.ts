/** Each row of `doctor`, in a folder where it has something to say. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { doctor } from '../../../scripts/commands/doctor/doctor.ts';
import type { Row } from '../../../scripts/commands/doctor/row.ts';
import { newSopsConfig } from '../../../scripts/secrets/rules/rules.ts';
import { newIdentity } from '../../../scripts/system/age.ts';
import { contextFor } from '../../support/context.ts';
import { fakeTofu } from '../../support/fake-tofu.ts';
import { emptyFolder, project } from '../../support/project.ts';

const { PATH = '' } = process.env;

interface Verdict {
  readonly status: number;
  readonly rows: readonly Row[];
  /** What it says to a person. */
  readonly said: string;
}

async function examine(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Verdict> {
  const { context, heard } = contextFor(folder, env);
  const status = await doctor(context);
  const { rows } = JSON.parse(heard.results.join('')) as { rows: Row[] };
  return { status, rows, said: heard.lines.join('\n') };
}

const about = ({ rows }: Verdict, name: string): readonly Row[] => rows.filter((row) => row.name === name);

/** A project with a key of its own, and no more. */
async function healthy(): Promise<string> {
  const { keyFile, recipient } = newIdentity();
  const folder = project({ '.sops.yaml': newSopsConfig(recipient) }, 'minimal');
  writeFileSync(join(folder, 'age.key'), keyFile, { mode: 0o600 });
  return folder;
}

function repository(folder: string, tracked: readonly string[]): void {
  const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  for (const path of tracked) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  }
  if (tracked.length > 0) git('add', '--force', '--', ...tracked);
}

test('a healthy project: all is well but what only its owner can mend', async () => {
  const folder = await healthy();
  writeFileSync(join(folder, '.gitattributes'), 'test/** -nigari-guard\n');
  repository(folder, ['nodes.yaml', 'test/age.key']);
  execFileSync('git', ['add', '.gitattributes'], { cwd: folder });
  writeFileSync(join(folder, 'nodes.yaml'), readFileSync(join(await healthy(), 'nodes.yaml')));
  const verdict = await examine(folder, { PATH });
  expect(verdict.status).toBe(0);
  for (const name of ['node', 'inputs', 'age key']) expect(about(verdict, name)).toMatchObject([{ status: 'ok' }]);
  expect(about(verdict, 'git').map(({ status }) => status)).toEqual(['ok', 'ok']);
  expect(about(verdict, 'recipients')).toMatchObject([{ status: 'warning' }]);
  expect(about(verdict, 'backup')).toMatchObject([{ found: expect.stringContaining('age.key') as string }]);
  for (const { remedy, status } of verdict.rows) expect(remedy === undefined).toBe(status === 'ok');
  for (const { found } of verdict.rows) expect(verdict.said).toContain(found);
});

describe('what git must not track', () => {
  test.each([
    'age.key',
    'sub/age.key',
    'infrastructure/tofu/terraform.tfstate',
    'terraform.tfstate.backup',
    'errored.tfstate',
    'tfplan',
    'a b.tfplan',
    'kubeconfig',
    'talosconfig',
    'crash.log',
    'infrastructure/tofu/.terraform/terraform.tfstate',
  ])('%s', async (path) => {
    const folder = emptyFolder();
    repository(folder, [path, 'fine.yaml']);
    const verdict = await examine(folder, { PATH });
    const rows = about(verdict, 'git').filter(({ status }) => status === 'fail');
    expect(rows).toMatchObject([{ found: expect.stringContaining(`${path} is tracked: `) as string }]);
    expect(rows[0]?.remedy).toContain('git rm --cached');
    expect(verdict.status).toBe(2);
  });

  test('of cluster.yaml the credentials, not the file', async () => {
    const folder = emptyFolder();
    repository(folder, ['cluster.yaml']);
    expect(about(await examine(folder, { PATH }), 'git').map(({ status }) => status)).toEqual(['ok', 'ok']);
    writeFileSync(join(folder, 'cluster.yaml'), 'a: 1\ntfstate_password: planted-password\n');
    execFileSync('git', ['add', '.'], { cwd: folder });
    const verdict = await examine(folder, { PATH });
    expect(about(verdict, 'git').at(-1)?.found).toBe(
      'cluster.yaml:2:19 is tracked: tfstate_password is written in clear here',
    );
    expect(verdict.said).not.toContain('planted');
  });

  test('without git, or outside of a repository, there is nothing to look at', async () => {
    const folder = emptyFolder();
    expect(about(await examine(folder), 'git')).toMatchObject([{ status: 'warning', found: 'not found' }]);
    expect(about(await examine(folder, { PATH }), 'git')).toMatchObject([{ status: 'ok' }, { status: 'warning' }]);
  });
});

test.skipIf(process.platform === 'win32')('one version of sops cannot read its own files', async () => {
  const folder = await healthy();
  const bin = emptyFolder();
  const sopsOf = async (version: string) => {
    writeFileSync(join(bin, 'sops'), `#!/bin/sh\necho 'sops ${version} (latest)'\n`, { mode: 0o755 });
    return about(await examine(folder, { PATH: bin }), 'sops');
  };
  expect(await sopsOf('3.13.2')).toMatchObject([
    { status: 'warning', found: expect.stringContaining('3.13.2, which cannot read') as string },
  ]);
  expect(await sopsOf('3.13.3')).toMatchObject([{ status: 'ok' }]);
});

describe('keys and the rule', () => {
  test.skipIf(process.platform === 'win32')('a key that others can read', async () => {
    const folder = await healthy();
    chmodSync(join(folder, 'age.key'), 0o644);
    const verdict = await examine(folder);
    expect(about(verdict, 'age key').map(({ status }) => status)).toEqual(['warning', 'ok']);
    expect(verdict.said).toContain('chmod 600');
  });

  test.each<[string, (recipient: string) => string, status: number, found: string]>([
    ['nothing', () => '', 2, ''],
    ['one without a recipient', () => 'creation_rules:\n  - path_regex: x\n', 2, 'no creation rule'],
    ['one that is no YAML', () => 'creation_rules: [\n', 2, ''],
    [
      'one for another file',
      (age) => `creation_rules:\n  - path_regex: other\n    age: ${age}\n`,
      2,
      'no creation rule',
    ],
  ])('a .sops.yaml with %s: as configure would say, with the remedy', async (_, text, status, found) => {
    const { keyFile, recipient } = newIdentity();
    const folder = project({ '.sops.yaml': text(recipient) }, 'minimal');
    writeFileSync(join(folder, 'age.key'), keyFile, { mode: 0o600 });
    const verdict = await examine(folder);
    expect(verdict.status).toBe(status);
    const [row] = about(verdict, '.sops.yaml');
    expect(row).toMatchObject({ status: 'fail', found: expect.stringContaining(found) as string });
    expect(row?.remedy).toBeTruthy();
  });

  test('no .sops.yaml at all', async () => {
    const verdict = await examine(project({}, 'minimal'));
    expect(about(verdict, '.sops.yaml')).toMatchObject([{ status: 'fail' }]);
    expect(verdict.status).toBe(2);
  });

  test('a key that opens nothing here, and one that is none', async () => {
    const folder = await healthy();
    const { keyFile } = newIdentity();
    writeFileSync(join(folder, 'age.key'), keyFile);
    expect(about(await examine(folder), 'age key')).toMatchObject([
      { status: 'warning', remedy: expect.stringContaining('age1') as string },
    ]);
    writeFileSync(join(folder, 'age.key'), 'x\n');
    expect(about(await examine(folder), 'age key')).toMatchObject([{ status: 'fail' }]);
  });

  test('a key that others may read, one that sops would not find, and recipients that it would obey', async () => {
    const folder = await healthy();
    chmodSync(join(folder, 'age.key'), 0o644);
    const other = newIdentity().keyFile;
    const env = { SOPS_AGE_KEY: other, SOPS_AGE_RECIPIENTS: 'age1x' };
    const rows = about(await examine(folder, env), 'age key');
    const found = rows.filter(({ status }) => status === 'warning').map(({ found }) => found);
    expect(found).toEqual([
      expect.stringContaining('SOPS_AGE_RECIPIENTS is set'),
      ...(process.platform === 'win32' ? [] : ['age.key is open to other users of this machine']),
      expect.stringMatching(/^age\.key \(age1\w+\) opens what is sealed here, \$SOPS_AGE_KEY \(age1\w+\) does not/),
    ]);
    expect(rows.filter(({ status }) => status === 'ok')).toHaveLength(1);
  });
});

test('inputs that are wrong', async () => {
  const verdict = await examine(project({ 'cluster.yaml': 'a: 1\n', 'nodes.yaml': 'nodes: []\n' }));
  expect(about(verdict, 'inputs')).toMatchObject([{ status: 'fail', remedy: 'see npx nigari check' }]);
});

test('a local state is named as the only copy', async () => {
  const folder = project({ 'infrastructure/tofu/terraform.tfstate': '{}' }, 'minimal');
  expect(about(await examine(folder), 'backup')).toMatchObject([
    { found: 'infrastructure/tofu/terraform.tfstate may be the only copy: git ignores it' },
  ]);
});

describe.skipIf(process.platform === 'win32')('tofu, as configure would judge it', () => {
  test.each([
    ['1.11.0', 'ok', '1.11.0'],
    ['1.10.9', 'warning', '1.10.9'],
    ['2.0.0', 'warning', '2.0.0'],
    ['none', 'warning', 'did not tell a version'],
  ])('%s: %s', async (version, status, found) => {
    const folder = emptyFolder();
    process.env['FAKE_VERSION'] = version;
    const verdict = await examine(folder, fakeTofu(folder).env);
    delete process.env['FAKE_VERSION'];
    expect(about(verdict, 'tofu')).toMatchObject([{ status, found: expect.stringContaining(found) as string }]);
  });

  test('none', async () => {
    expect(about(await examine(emptyFolder()), 'tofu')).toMatchObject([
      { status: 'warning', found: 'not found', remedy: expect.stringContaining('get it: ') as string },
    ]);
  });
});
