/** From cluster.yaml to real sops, through the built program: what a person wrote is what `sops -d` prints. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostile } from '../support/escape-property.ts';
import { nigari, project, tree } from '../support/project.ts';
import { realTool } from '../support/tools.ts';

const sops = realTool('sops');

/**
 * What sops itself loses (a line that starts with a tab or blank before others, `<<`) and what no file can hold is refused;
 * outside of secrets so are control characters.
 */
const isKept = (text: string): boolean =>
  text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text) && text !== '<<' && !/^[\t ][^]*\n/.test(text);

const strings = [
  ...fc.sample(hostile.filter(isKept), { numRuns: 1000, seed: 20261121 }),
  'x'.repeat(70_000),
  '💧"\'\n'.repeat(2000),
];
const vars = Object.fromEntries(strings.map((text, index) => [`k${index}`, text]));

const minimal = [
  'node_cidr: 10.0.0.0/24',
  'cluster_api_addr: 10.0.0.100',
  'proxmox_api_url: https://pve.example.com:8006',
  'proxmox_node: pve',
];
const nodes = 'nodes:\n  - name: a\n    address: 10.0.0.11\n    controller: true\n';

test.skipIf(!sops)('1,000 hostile strings arrive in real sops as they were written', () => {
  const folder = project({
    'cluster.yaml': `${minimal.join('\n')}\nvars: ${JSON.stringify(vars)}\n`,
    'nodes.yaml': nodes,
    'templates/project/hostile.sops.yaml.njk':
      '#% for key, value in cluster.vars %#\n#{ key }#: #{ value }#\n"q#{ key }#": "<#{ value }#>"\n#% endfor %#\n',
  });
  expect(nigari(folder, ['init']).status).toBe(0);
  const ended = nigari(folder, ['configure', '--no-init']);
  expect(ended.status, ended.all).toBe(0);
  const env = { ...process.env, SOPS_AGE_KEY_FILE: join(folder, 'age.key'), SOPS_DISABLE_VERSION_CHECK: '1' };
  const opened = spawnSync(sops!, ['-d', '--output-type', 'json', 'hostile.sops.yaml'], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  expect(opened.stderr).toBe('');
  const quoted = Object.fromEntries(Object.entries(vars).map(([key, text]) => [`q${key}`, `<${text}>`]));
  expect(JSON.parse(opened.stdout)).toEqual({ ...vars, ...quoted });
  const before = tree(folder);
  expect(nigari(folder, ['configure', '--no-init']).stdout).toContain('0 created, 0 updated');
  expect(tree(folder)).toEqual(before);
});
