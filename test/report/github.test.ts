import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../scripts/problem.ts';
import { githubAnnotations } from '../../scripts/report/github.ts';
import { visible } from '../../scripts/report/visible.ts';
import { anyProblems } from '../support/problems.ts';

const PROBLEM: Problem = {
  code: 'cidr-host-bits',
  severity: 'error',
  message: 'node_cidr has host bits set: 10.0.0.5/24',
  hint: 'did you mean 10.0.0.0/24?',
  file: 'cluster.yaml',
  line: 14,
  column: 13,
  endLine: 14,
  endColumn: 24,
  path: 'node_cidr',
};

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** A line as GitHub's runner reads it: `::name key=value,key=value::data`, null for one that is only shown. */
function parse(line: string): Command | null {
  const [, head, data] = /^::(.*?)::(.*)$/s.exec(line.trimStart()) ?? [];
  if (head === undefined || data === undefined) return null;
  const [name = '', ...rest] = head.split(' ');
  const pairs = rest
    .join(' ')
    .split(',')
    .map((pair) => pair.split(/=(.*)/s) as [string, string]);
  const properties = Object.fromEntries(pairs.map(([key, value]) => [key, unescaped(value)]));
  return { name, properties, data: unescaped(data) };
}

const unescaped = (text: string): string => text.replace(/%(0D|0A|3A|2C|25)/g, (escape) => decodeURIComponent(escape));

describe('githubAnnotations', () => {
  test('a line for each problem', () => {
    const problems: Problem[] = [
      PROBLEM,
      { ...PROBLEM, code: 'even-controllers', severity: 'warning', message: '2 controllers', endLine: 16 },
      { code: 'application-keys', severity: 'note', message: '2 keys', file: 'cluster.yaml' },
      { code: 'folder-missing', severity: 'error', message: 'there is no folder x' },
    ];
    expect(githubAnnotations(problems, '')).toMatchInlineSnapshot(`
      "::error file=cluster.yaml,line=14,col=13,endLine=14,endColumn=24,title=cidr-host-bits::cluster.yaml:14:13 node_cidr has host bits set: 10.0.0.5/24 (cidr-host-bits)%0Ahint: did you mean 10.0.0.0/24?
      ::warning file=cluster.yaml,line=14,endLine=16,title=even-controllers::cluster.yaml:14:13 2 controllers (even-controllers)%0Ahint: did you mean 10.0.0.0/24?
      ::notice file=cluster.yaml,title=application-keys::cluster.yaml 2 keys (application-keys)
      ::error title=folder-missing::there is no folder x (folder-missing)
      "
    `);
    expect(githubAnnotations([], '')).toBe('');
  });

  test('what would end a command is escaped', () => {
    const [command] = githubAnnotations([{ ...PROBLEM, message: '100%\r\n::debug::x', file: 'a,b:c%.yaml' }], '').split(
      '\n',
    );
    expect(command).toContain('file=a%2Cb%3Ac%25.yaml,');
    expect(command).toContain('100%25\\r\\n::debug::x');
  });

  test('files are named from the root of the repository', () => {
    expect(githubAnnotations([PROBLEM], 'clusters/home')).toMatch(
      /^::error file=clusters\/home\/cluster\.yaml,.*::clusters\/home\/cluster\.yaml:14:13 /,
    );
  });

  test('a message of blanks alone stays one, without a place before it too', () => {
    expect(githubAnnotations([{ code: 'c', severity: 'error', message: '\t' }], '')).toBe('::error title=c::\\t (c)\n');
  });

  test('the runner reads one command for each problem, whatever it says', () => {
    fc.assert(
      fc.property(anyProblems(), (problems) => {
        const text = githubAnnotations(problems, '');
        const lines = text.split('\n').slice(0, -1);
        expect(lines).toHaveLength(problems.length);
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
        for (const [index, line] of lines.entries()) expectToSay(parse(line), problems[index]!);
      }),
    );
  });
});

function expectToSay(command: Command | null, { severity, code, message, hint, file }: Problem): void {
  expect(command).not.toBeNull();
  const { name, properties, data } = command!;
  expect(name).toBe(severity === 'note' ? 'notice' : severity);
  expect(properties['title']).toBe(visible(code));
  expect(properties['file']).toBe(file ? visible(file) : undefined);
  expect(data).toContain(`${visible(message)} (${visible(code)})`.trimStart());
  expect(data.includes('\nhint: ')).toBe(hint !== undefined || message.includes('\nhint: '));
  const { line, endLine, col, endColumn } = properties;
  // What the runner would complain of.
  expect(col === undefined || (line !== undefined && line === endLine)).toBe(true);
  expect(endColumn === undefined || Number(endColumn) >= Number(col)).toBe(true);
  for (const value of [line, endLine, col, endColumn]) expect(value ?? '1').toMatch(/^[1-9]\d*$/);
}
