import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { MAX_INPUT_BYTES } from '../../scripts/config/decode.ts';
import type { Problem } from '../../scripts/problem.ts';
import { projectFrames } from '../../scripts/system/sources.ts';
import { project } from '../support/project.ts';

const style = { colours: picocolors.createColors(false), columns: 80 };

const at = (file: string, line = 1): Problem => ({ code: 'a', severity: 'error', message: 'm', file, line, column: 1 });

/** The first line of the frame of a problem in a project, null for none. */
function framed(root: string, file: string, line = 1): string | null {
  const problem = at(file, line);
  return projectFrames(root)([problem])(problem, style)?.split('\n')[0] ?? null;
}

describe('projectFrames', () => {
  test('inputs and templates are shown, with their positions as problems count them', () => {
    const root = project({
      'cluster.yaml': '\ufeffnode_cidr: x\r\nproxmox_node: y\r\n',
      'nodes.yaml': 'nodes: []\n',
      'templates/project/a b.njk': 'x',
    });
    expect(framed(root, 'cluster.yaml')).toBe('  1 | node_cidr: x');
    expect(framed(root, 'cluster.yaml', 2)).toBe('  2 | proxmox_node: y');
    expect(framed(root, 'nodes.yaml')).toBe('  1 | nodes: []');
    expect(framed(root, 'templates/project/a b.njk')).toBe('  1 | x');
  });

  test('nothing else is', () => {
    const names = ['age.key', '.env', 'infrastructure/tofu/main.tf', 'templates/../age.key', 'x/templates/a.njk'];
    const root = project({ ...Object.fromEntries(names.map((name) => [name, 'x'])), 'templates/a.njk': 'x' });
    for (const name of [...names, 'templates/', 'templates', '', '/etc/hostname'])
      expect(framed(root, name)).toBe(null);
  });

  test('a secret of cluster.yaml is hidden in a template too', () => {
    const root = project({ 'cluster.yaml': 'tfstate_password: hunter2\n', 'templates/a.njk': 'hunter2\nb\n' });
    expect(framed(root, 'templates/a.njk')).toBe(null);
    expect(framed(root, 'templates/a.njk', 2)).toBe('  2 | b');
  });

  test('the files are read anew for each list', () => {
    const root = project({ 'nodes.yaml': 'nodes: []\n' });
    const frames = projectFrames(root);
    const first = frames([at('nodes.yaml')]);
    writeFileSync(join(root, 'nodes.yaml'), 'nodes: [1]\n');
    expect(frames([at('nodes.yaml')])(at('nodes.yaml'), style)).toContain('[1]');
    expect(first(at('nodes.yaml'), style)).toContain('[]');
  });

  test('what cannot be read has no frame', () => {
    const root = project({
      'nodes.yaml': 'x'.repeat(MAX_INPUT_BYTES + 1),
      'templates/c.njk': Buffer.from([0x61, 0xff]),
    });
    symlinkSync('nowhere', join(root, 'templates', 'a.njk'));
    mkdirSync(join(root, 'templates', 'd.njk'));
    for (const name of ['a', 'b', 'c', 'd']) expect(framed(root, `templates/${name}.njk`)).toBe(null);
    expect(framed(root, 'nodes.yaml')).toBe(null);
    expect(framed(root, 'cluster.yaml')).toBe(null);
  });

  test('nothing has one where the secrets cannot be read', () => {
    const root = project({ 'nodes.yaml': 'nodes: []\n', 'cluster.yaml': Buffer.from([0x61, 0xff]) });
    expect(framed(root, 'nodes.yaml')).toBe(null);
    rmSync(join(root, 'cluster.yaml'));
    expect(framed(root, 'nodes.yaml')).toBe('  1 | nodes: []');
  });

  test.skipIf(process.platform === 'win32')('a pipe is not waited for', () => {
    const root = project();
    execFileSync('mkfifo', [join(root, 'cluster.yaml')]);
    expect(framed(root, 'cluster.yaml')).toBe(null);
  });
});
