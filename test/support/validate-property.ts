/** What holds of `validate` whatever the files say. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { validate } from '../../scripts/config/validate.ts';
import type { Problem } from '../../scripts/problem.ts';
import { inputs, readText } from './input.ts';
import { damagedFile } from './mutations.ts';

/** The examples and every fixture: whatever they have in them is damaged too. */
function sources(file: string): readonly string[] {
  const folders = ['valid', 'invalid'].flatMap((kind) =>
    readdirSync(new URL(`../fixtures/${kind}`, import.meta.url)).map((name) => `test/fixtures/${kind}/${name}`),
  );
  return [readText(`${file}.example`), ...folders.map((folder) => readText(`${folder}/${file}`))];
}

/** The input that took longest; told, never judged: a test does not measure time. */
export interface Slowest {
  readonly milliseconds: number;
  readonly bytes: number;
}

/**
 * Damaged files give a config or problems with a code, words and a place in the file: never an exception.
 * @returns the slowest of them
 */
export function validatesDamagedFiles(runs: number, seed: number): Slowest {
  let slowest: Slowest = { milliseconds: 0, bytes: 0 };
  const property = fc.property(
    damagedFile(sources('cluster.yaml')),
    damagedFile(sources('nodes.yaml')),
    (cluster, nodes) => {
      const started = performance.now();
      const result = validate(inputs(cluster, nodes));
      const milliseconds = performance.now() - started;
      if (milliseconds > slowest.milliseconds) slowest = { milliseconds, bytes: cluster.length + nodes.length };
      expect(result.ok).toBe(!result.problems.some(({ severity }) => severity === 'error'));
      const lines = { 'cluster.yaml': linesOf(cluster), 'nodes.yaml': linesOf(nodes) };
      for (const problem of [...result.problems, ...result.ignored]) expectWellFormed(problem, lines);
    },
  );
  fc.assert(property, { numRuns: runs, seed });
  return slowest;
}

/** A byte order mark is no part of the first line. */
const linesOf = (contents: string | Uint8Array): readonly string[] =>
  new TextDecoder().decode(Buffer.from(contents)).split('\n');

function expectWellFormed(problem: Problem, texts: Readonly<Record<string, readonly string[]>>): void {
  const { code, message, hint, file = '', line = 0, column = 0, endLine = line, endColumn = column } = problem;
  const lines = texts[file] ?? [];
  const inside = (at: number, character: number): boolean =>
    at >= 1 && character >= 1 && character <= (lines[at - 1]?.length ?? -1) + 1;
  expect({
    code: /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code),
    words:
      message !== '' && hint !== undefined && hint !== '' && !/\p{Cc}|undefined|NaN|\[object/u.test(message + hint),
    start: inside(line, column),
    end: inside(endLine, endColumn) && (endLine > line || endColumn >= column),
    problem,
  }).toEqual({ code: true, words: true, start: true, end: true, problem });
}
