import fc from 'fast-check';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { validate } from '../../scripts/config/validate.ts';
import { disclosure } from '../../scripts/report/disclosure.ts';
import { problemsData } from '../../scripts/report/data.ts';
import { codeFrames } from '../../scripts/report/frames.ts';
import { problemsText } from '../../scripts/report/text.ts';
import { SECRET_KEYS } from '../../scripts/types.ts';
import { inputs, readText } from '../support/input.ts';
import { damagedFile } from '../support/mutations.ts';

/** The lines of a file that may be shown. */
function shown(text: string, file = 'cluster.yaml', others: Readonly<Record<string, string>> = {}): string[] {
  const mayShow = disclosure(new Map(Object.entries({ ...others, [file]: text })));
  return text.split('\n').filter((line, index) => line.trim() !== '' && mayShow(file, index + 1));
}

describe('in a file that is YAML', () => {
  test.each(SECRET_KEYS)('%s is a secret, whatever it stands in', (key) => {
    expect(shown(`node_cidr: x\n${key}: hunter2\nproxmox_node: pve\n`)).toEqual(['node_cidr: x', 'proxmox_node: pve']);
    expect(shown(`vars:\n  - {${key}: hunter2}\nproxmox_node: pve\n`)).toEqual(['vars:', 'proxmox_node: pve']);
    expect(shown(`{node_cidr: x, ${key}: hunter2,\nproxmox_node: pve}\n`)).toEqual(['proxmox_node: pve}']);
    expect(shown(`nodes:\n- name: a\n  ${key}: hunter2\n`, 'nodes.yaml')).toEqual(['nodes:', '- name: a']);
  });

  test('every line of its value', () => {
    const after = 'proxmox_node: pve';
    expect(shown(`tfstate_password: |\n  one\n\n  two\n${after}\n`)).toEqual([after]);
    expect(shown(`tfstate_password: "one\n  two\\\n  three"\n${after}\n`)).toEqual([after]);
    expect(shown(`tfstate_password:\n  one\n  two\n${after}\n`)).toEqual([after]);
    expect(shown(`tfstate_password: !!str\n  # why\n  one\n${after}\n`)).toEqual([after]);
    expect(shown(`tfstate_password:\n  [one,\n  {a: two}]\n${after}\n`)).toEqual([after]);
    expect(shown(`? tfstate_password\n: one\n? proxmox_node\n: pve\n`)).toEqual(['? proxmox_node', ': pve']);
  });

  test('where an alias takes its value from, through other aliases too', () => {
    expect(shown(`cluster_name: &a hunter2\ntfstate_password: *a\nproxmox_node: pve\n`)).toEqual(['proxmox_node: pve']);
    const base = 'cluster_name: &a hunter2\nproxmox_vm_defaults: &b\n  cores: *a\n  memory: 1';
    const [, key] = base.split('\n');
    expect(shown(`${base}\ntfstate_password: *b\nproxmox_node: pve\n`)).toEqual([key, 'proxmox_node: pve']);
    expect(shown(`${base}\nproxmox_node: *b\n`)).toEqual([...base.split('\n'), 'proxmox_node: *b']);
    expect(shown('tfstate_password: &a [*a]\nproxmox_node: pve\n')).toEqual(['proxmox_node: pve']);
  });

  test('a line elsewhere that repeats a part of one', () => {
    const text =
      'cluster_name: my hunter2\ntfstate_password: "hunter2\\n  correct horse"\nproxmox_node: correct horse\n';
    expect(shown(text)).toEqual([]);
    const nodes = 'nodes:\n- name: hunter2\n- name: "12345678"\n- name: b';
    const cluster = 'tfstate_password: hunter2\ncf_account_id: 12345678\n';
    expect(shown(nodes, 'nodes.yaml', { 'cluster.yaml': cluster })).toEqual(['nodes:', '- name: b']);
    expect(shown('a = hunter2\nb', 'templates/x.njk', { 'cluster.yaml': cluster })).toEqual(['b']);
  });

  test.each([
    ['a key that is not ours', 'foo: hunter2', false],
    ['a mistyped secret', 'tfstate_pasword: hunter2', false],
    ['one with another name', 'api_token: hunter2', false],
    ['one of another program', 'keycloak_smtp_host: hunter2', false],
    ['a mistyped key of ours', 'node_cdir: 10.0.0.0/24', true],
    ['a value for templates', 'vars: {team: hunter2}', false],
    ['a comment with an old secret', 'node_cidr: x # the password was hunter2', false],
    ['credentials in an address', 'tfstate_url: https://me:hunter2@example.com', false],
    ['an address', 'tfstate_url: https://example.com/a@b', true],
    ['a private key', 'cluster_name: AGE-SECRET-KEY-1QQQ', false],
    ['a key that is no text', '12: hunter2', false],
    ['a key that is a mapping', '? {a: b}\n: hunter2', false],
    ['a mapping that is merged', 'proxmox_vm_defaults: {<<: {cores: 1}}', true],
  ])('%s', (_, line, wanted) => {
    expect(shown(`${line}\n`)).toEqual(wanted ? [line] : []);
  });
});

describe('in a file that is no YAML', () => {
  test.each([
    [
      'what stands above the first secret',
      'node_cidr 10.0.0.0/24\nproxmox_node: pve\n',
      'tfstate_password: x\nproxmox_node: y\n',
    ],
    ['or above a key that is not ours', 'node_cidr: [\n# nothing\n\n---\n', 'foo: x\nproxmox_node: y\n'],
    ['or above a mistyped secret', 'node_cidr: "\n', '  "tfstate-pasword": x\n'],
    ['or above a text without a key', 'node_cidr: "\n', 'x y z\nproxmox_node: y\n'],
    ['or above a list item', 'node_dns_servers:\n', '  - x\n]\n'],
    ['also on one line', '', '{node_cidr: x, tfstate_password: y\nproxmox_node: z\n'],
    ['and not where an alias may stand for one', '', 'node_cidr: &a x\nproxmox_node: [*a\n'],
  ])('%s', (_, open, closed) => {
    expect(shown(`${open}${closed}a: b: c\n`)).toEqual(open.split('\n').filter((line) => line !== ''));
  });

  test('a mistyped key of ours does no harm', () => {
    expect(shown('node_cdir: x\n  proxmox_node: [pve\n')).toEqual(['node_cdir: x', '  proxmox_node: [pve']);
  });

  test('its secrets cannot be known in other files', () => {
    const nodes = 'nodes:\n- name: a';
    expect(shown(nodes, 'nodes.yaml', { 'cluster.yaml': 'tfstate_password: [x\n' })).toEqual([]);
    expect(shown('x', 'templates/x.njk', { 'cluster.yaml': 'tfstate_password: [x\n' })).toEqual([]);
    expect(shown(nodes, 'nodes.yaml', { 'cluster.yaml': 'node_cidr: [x\n' })).toEqual(nodes.split('\n'));
    expect(shown('node_cidr: x', 'cluster.yaml', { 'nodes.yaml': 'tfstate_password: [x\n' })).toEqual(['node_cidr: x']);
  });
});

test('a line that is not there, a file that is not there', () => {
  const mayShow = disclosure(new Map([['cluster.yaml', 'node_cidr: x']]));
  expect([mayShow('cluster.yaml', 0), mayShow('cluster.yaml', 2), mayShow('nodes.yaml', 1)]).toEqual([
    false,
    false,
    false,
  ]);
});

describe('whatever is wrong with the files', () => {
  const TELL = 'hunter2';
  /** Ways to write a secret, each line with the tell-tale word. */
  const STYLES: readonly ((key: string) => string)[] = [
    (key) => `${key}: ${TELL}-a-long-enough-text\n`,
    (key) => `${key}: "${TELL}"\n`,
    (key) => `${key}: ${TELL}: ${TELL}\n`,
    (key) => `${key}: '${TELL}\n`,
    (key) => `${key}: |\n  ${TELL}\n  ${TELL}\n`,
    (key) => `${key}: "${TELL} \\\n  ${TELL}\n\n  node_cidr: ${TELL}"\n`,
    (key) => `${key}: [${TELL}, {node_cidr: ${TELL}}]\n`,
    (key) => `${key}: !${TELL} ${TELL}\n`,
    (key) => `${key}:\n\tx${TELL}\n`,
    (key) => `${key} ${TELL}\n`,
    (key) => `{"${key}":"${TELL}"}\n`,
    (key) => `cluster_name: &a ${TELL}\n${key}: *a\n`,
    (key) => `${key}: &a ${TELL}\ncluster_name: *a\n`,
  ];
  const keys = fc.constantFrom(
    ...SECRET_KEYS,
    'tfstate_pasword',
    'api_token',
    'backup_s3_secret_key',
    'Proxmox-Api-Token-Id',
  );
  const planted = fc.tuple(keys, fc.constantFrom(...STYLES)).map(([key, style]) => style(key));

  const damaged = (file: string) => damagedFile([readText(`test/fixtures/valid/ha/${file}`)]);
  /** Both files as texts, the secret among the lines of the first. */
  const files = fc
    .tuple(damaged('cluster.yaml'), damaged('nodes.yaml'), planted, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([cluster, nodes, secret, at]) => {
      const lines = textOf(cluster).split('\n');
      lines.splice(Math.floor(at * lines.length), 0, ...secret.split('\n'));
      return { cluster: lines.join('\n'), nodes: textOf(nodes) };
    });
  const textOf = (file: string | Uint8Array): string => new TextDecoder().decode(Buffer.from(file));

  test('no line can be asked for that shows a secret', () => {
    fc.assert(
      fc.property(files, ({ cluster, nodes }) => {
        const frame = codeFrames(
          new Map([
            ['cluster.yaml', cluster],
            ['nodes.yaml', nodes],
          ]),
        );
        for (const line of cluster.split('\n').keys()) {
          const problem = { code: 'a', severity: 'error', message: 'm', file: 'cluster.yaml', line: line + 1 } as const;
          expect(frame(problem, { colours, columns: 200 }) ?? '').not.toContain(TELL);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no format says what a whole secret says', () => {
    fc.assert(
      fc.property(files, ({ cluster, nodes }) => {
        const { problems } = validate(inputs(cluster, nodes));
        expect(problemsText(problems, colours, null)).not.toContain(`${TELL}-a-long-enough-text`);
        for (const format of ['json', 'sarif', 'github'] as const) {
          const said = problemsData(problems, format, { version: '0', folder: '', why: () => null });
          expect(said).not.toContain(`${TELL}-a-long-enough-text`);
        }
      }),
      { numRuns: 300 },
    );
  });

  const colours = picocolors.createColors(false);
});
