/** What README.md promises, held against what there is. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Exit } from '../scripts/problem.ts';
import { emptyFolder, nigari, REPOSITORY } from './support/project.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const readme = read('README.md');

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly definitions?: Readonly<Record<'node', Schema>>;
}

const schema = (name: string): Schema => JSON.parse(read(`schemas/${name}.schema.json`)) as Schema;

describe('README.md', () => {
  test('has every key of both files', () => {
    const parts = [schema('cluster'), schema('nodes'), schema('nodes').definitions?.node];
    const keys = parts.flatMap((part) => Object.keys(part?.properties ?? {}));
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !readme.includes(`\`${key}\``))).toEqual([]);
  });

  test('shows commands that there are, with options that they take', () => {
    const lines = [...readme.matchAll(/`(?:npx )?nigari (infra [\w-]+|[\w-]+)((?: --[a-z-]+)*)/g)];
    const calls = new Set([...lines].map(([, command = '', options = '']) => `${command}|${options.trim()}`));
    expect(calls.size).toBeGreaterThan(5);
    const folder = emptyFolder();
    for (const call of calls) {
      const [command = '', options = ''] = call.split('|');
      const { stdout } = nigari(folder, [...command.split(' '), '--help']);
      expect(stdout).toContain(`Usage: nigari ${command} `);
      for (const option of options.split(' ').filter((word) => word.length > 2)) expect(stdout).toContain(option);
    }
  });

  test('has every exit code', () => {
    const codes = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(Exit).toSorted((a, b) => a - b));
  });

  test('names the package as it is packed', () => {
    const { name, version } = JSON.parse(read('package.json')) as { name: string; version: string };
    const names = new Set(readme.match(/\bnigari-\d[^\s/]*\.tgz/g));
    expect(names).toEqual(new Set([`${name}-${version}.tgz`]));
  });
});

test.each(['README.md', 'CONTRIBUTING.md', 'docs/security.md', 'infrastructure/README.md'])(
  'every link of %s leads somewhere',
  (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)];
    const lost = links.filter(([, target = '', anchor = '']) => {
      const file = join(dirname(path), target || basename(path));
      return !existsSync(join(REPOSITORY, file)) || (anchor !== '' && !anchorsOf(file).includes(anchor));
    });
    expect(lost.map(([link]) => link)).toEqual([]);
  },
);

/** As GitHub makes them of headings. */
function anchorsOf(path: string): readonly string[] {
  const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase());
  return headings.map((text) => `#${text.replaceAll(/[^\w -]/g, '').replaceAll(' ', '-')}`);
}
