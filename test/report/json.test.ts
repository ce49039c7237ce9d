import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemsJson } from '../../scripts/report/json.ts';
import { anyProblems } from '../support/problems.ts';

const KEYS = ['code', 'severity', 'file', 'line', 'column', 'endLine', 'endColumn', 'path', 'message', 'hint', 'url'];

describe('problemsJson', () => {
  test('no problems are an empty list', () => {
    expect(JSON.parse(problemsJson([]))).toEqual({ problems: [] });
    expect(problemsJson([], 0)).toBe('{"problems":[]}');
  });

  test('all keys are there, null for what is not known', () => {
    expect(
      problemsJson([
        {
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
        },
        { code: 'input-missing', severity: 'error', message: 'there is no nodes.yaml', file: 'nodes.yaml' },
      ]),
    ).toMatchInlineSnapshot(`
      "{
        "problems": [
          {
            "code": "cidr-host-bits",
            "severity": "error",
            "file": "cluster.yaml",
            "line": 14,
            "column": 13,
            "endLine": 14,
            "endColumn": 24,
            "path": "node_cidr",
            "message": "node_cidr has host bits set: 10.0.0.5/24",
            "hint": "did you mean 10.0.0.0/24?",
            "url": "docs/rules.md#cidr-host-bits"
          },
          {
            "code": "input-missing",
            "severity": "error",
            "file": "nodes.yaml",
            "line": null,
            "column": null,
            "endLine": null,
            "endColumn": null,
            "path": null,
            "message": "there is no nodes.yaml",
            "hint": null,
            "url": "docs/rules.md#input-missing"
          }
        ]
      }"
    `);
  });

  test('is JSON with every problem in its place, whatever they say', () => {
    fc.assert(
      fc.property(anyProblems(), (problems) => {
        const read = JSON.parse(problemsJson(problems)) as { problems: Record<string, unknown>[] };
        expect(read.problems.map(({ code, message }) => [code, message])).toEqual(
          problems.map(({ code, message }) => [code, message]),
        );
        for (const row of read.problems) expect(Object.keys(row)).toEqual(KEYS);
      }),
    );
  });
});
