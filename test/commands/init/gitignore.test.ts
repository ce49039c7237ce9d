import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withIgnoreBlock } from '../../../scripts/commands/init/gitignore.ts';
import { project, REPOSITORY } from '../../support/project.ts';

const BLOCK = withIgnoreBlock('');

test.each([
  ['nothing', '', BLOCK],
  ['lines', 'dist/\n', `dist/\n\n${BLOCK}`],
  ['a last line without an end', 'dist/', `dist/\n\n${BLOCK}`],
  ['an old block between lines', BLOCK.replace('age.key\n', '').replace(/^/, 'a\n').concat('b\n'), `a\n${BLOCK}b\n`],
  ['Windows line ends', 'dist/\r\n', `dist/\r\n\r\n${BLOCK.replaceAll('\n', '\r\n')}`],
  ['a byte order mark', '\ufeffdist/\n', `\ufeffdist/\n\n${BLOCK}`],
  [
    'the first line of a block, whose end is gone',
    BLOCK.replace(/# <<<.*\n/, ''),
    `${BLOCK.replace(/# <<<.*\n/, '')}\n${BLOCK}`,
  ],
])('added to %s, once', (_, before, after) => {
  expect(withIgnoreBlock(before)).toBe(after);
  expect(withIgnoreBlock(after)).toBe(after);
});

test("nigari's own .gitignore has it already: `npm start` leaves a clone clean", () => {
  const own = readFileSync(join(REPOSITORY, '.gitignore'), 'utf8').replaceAll('\r\n', '\n');
  expect(withIgnoreBlock(own)).toBe(own);
});

test('git ignores what holds secrets in clear, and takes the rest', () => {
  const secret = ['cluster.yaml', 'age.key', 'a/terraform.tfstate', 'terraform.tfstate.1.backup', 'errored.tfstate'];
  const more = [
    'tfplan',
    'a/x.tfplan',
    'a/.terraform/x',
    'crash.1.log',
    'kubeconfig',
    'talosconfig',
    'talsecret.yaml',
    'talos/clusterconfig/homelab-cp-1.yaml',
    '.nigari/cache/x',
  ];
  const shared = [
    'nodes.yaml',
    '.sops.yaml',
    'infrastructure/secrets.sops.yaml',
    '.nigari/schemas/x',
    'test/cluster.yaml',
  ];
  const paths = [...secret, ...more, ...shared];
  const folder = project({ '.gitignore': BLOCK, ...Object.fromEntries(paths.map((path) => [path, 'x'])) });
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard'], { cwd: folder, encoding: 'utf8' });
  expect(listed.trim().split('\n').toSorted()).toEqual(['.gitignore', ...shared].toSorted());
});
