/** The real `task` in a project, as a user has it there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { notePrinted } from './printed.ts';
import { NIGARI_BIN, REPOSITORY } from './project.ts';
import { realTool, tofuEnv } from './tools.ts';

export interface Tasks {
  /** @param stdin what a person types */
  readonly task: (line: string, stdin?: string) => Promise<{ readonly status: number; readonly all: string }>;
  /** Runs one that ends with 0 and says that. */
  readonly good: (line: string, said: string | RegExp, stdin?: string) => Promise<void>;
  /** Those of the Taskfile that begin so and were not run. */
  readonly notRun: (prefix: RegExp) => readonly string[];
}

/** As `npm install` leaves it: npx finds nigari in the project. */
export function tasksIn(folder: string): Tasks {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(NIGARI_BIN, join(folder, 'node_modules/.bin/nigari'));
  const ran = new Set<string>();
  const task: Tasks['task'] = async (line, stdin) => {
    for (const word of line.split(' ')) ran.add(word);
    return run(folder, line, stdin);
  };
  return {
    task,
    good: async (line, said, stdin) => {
      const ended = await task(line, stdin);
      expect(ended.status, `${line}\n${ended.all}`).toBe(0);
      expect(ended.all).toMatch(said);
    },
    notRun: (prefix) => names().filter((name) => prefix.test(name) && !ran.has(name)),
  };
}

function names(): readonly string[] {
  const { tasks } = parse(readFileSync(join(REPOSITORY, 'Taskfile.yml'), 'utf8')) as { readonly tasks: object };
  return Object.keys(tasks);
}

async function run(folder: string, line: string, stdin = ''): Promise<{ status: number; all: string }> {
  const env = { ...process.env, ...tofuEnv(), HOME: folder, TMPDIR: folder, NO_COLOR: '1' };
  const path = [dirname(process.execPath), tofuEnv()['PATH']].join(':');
  const child = spawn(realTool('task') ?? 'task', line.split(' '), { cwd: folder, env: { ...env, PATH: path } });
  let all = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (all += text));
  child.stdin.end(stdin);
  const [status] = (await once(child, 'close')) as [number];
  notePrinted(folder, {}, all);
  return { status, all };
}
