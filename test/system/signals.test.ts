import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasScript } from '../support/script.ts';

/** Says which signals it gets. It takes its time to end, as tofu does that releases a lock; a second one is heard too. */
const CHILD = `
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { console.log('<' + signal + '>'); count += 1; });
  console.log('<ready>');
  require('node:fs').writeFileSync(process.env.READY, '');
  const end = () => { console.log('<released>'); process.exit(7); };
  setInterval(() => { if (count > 0) setTimeout(end, 200); }, 10);
`;

/** Runs that child as commands do; also aborts at SIGINT, as they do. */
const parentSource = (folder: string): string => `
  import { existsSync } from 'node:fs';
  import { run } from ${JSON.stringify(fileURLToPath(new URL('../../scripts/system/processes.ts', import.meta.url)))};
  const [how] = process.argv.slice(2);
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  const READY = ${JSON.stringify(folder)} + '/ready-' + process.pid;
  const command = { file: process.execPath, args: ['-e', ${JSON.stringify(CHILD)}], cwd: ${JSON.stringify(folder)}, env: { READY } };
  const mask = (text) => text.replace('SIG', '***');
  const more = { masked: { mask }, late: { mask, within: 1000 } }[how] ?? {};
  const running = run(command, { inherit: how !== 'captured', signal: stop.signal, ...more });
  const waiting = setInterval(() => {
    if (!existsSync(READY)) return;
    clearInterval(waiting);
    console.log('<go ' + process.pid + '>');
  }, 10);
  console.log(JSON.stringify((await running).value));
`;

let folder = '';
let parent = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigari-signals-'));
  parent = join(folder, 'parent.mjs');
  await build({
    stdin: { contents: parentSource(folder), resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: parent,
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a program, does `act` once it says that the child is ready, and gives the words of interest. */
async function story(
  file: string,
  args: readonly string[],
  act: (started: ReturnType<typeof spawn>, parent: number) => void,
): Promise<readonly string[]> {
  const started = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  let acted = false;
  started.stdout.on('data', (data: Buffer) => {
    said += data.toString();
    if (acted || !/<go \d+>/.test(said)) return;
    acted = true;
    act(started, Number(/<go (\d+)>/.exec(said)?.[1]));
  });
  await new Promise((resolve) => started.on('close', resolve));
  return said.match(/<(?!go|ready).+?>|\{.*\}/g) ?? [];
}

const direct = (signal: NodeJS.Signals, how: string): Promise<readonly string[]> =>
  story(process.execPath, [parent, how], (started) => started.kill(signal));

const SHOWN = '{"exitCode":7,"stdout":"","stderr":"","interrupted":true,"late":false}';
const captured = (...words: string[]): string =>
  JSON.stringify({
    exitCode: 7,
    stdout: ['<ready>', ...words, '<released>', ''].join('\n'),
    stderr: '',
    interrupted: true,
    late: false,
  });

describe.skipIf(process.platform === 'win32')('a signal to us alone', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s reaches the child once, and we outlive it',
    async (signal) => {
      expect(await direct(signal, 'inherit')).toEqual([`<${signal}>`, '<released>', SHOWN]);
      expect((await direct(signal, 'captured')).at(-1)).toBe(captured(`<${signal}>`));
    },
  );

  test('a child behind a mask is shown through it, and captured', async () => {
    expect(await direct('SIGTERM', 'masked')).toEqual(['<***TERM>', '<released>', captured('<***TERM>')]);
  });
});

describe.skipIf(!hasScript())('Ctrl-C on a terminal', () => {
  const onTerminal = (how: string, act: Parameters<typeof story>[2]): Promise<readonly string[]> =>
    story('script', ['-qec', `stty cols 200; '${process.execPath}' '${parent}' ${how}`, '/dev/null'], act);
  const typed = (how: string) => onTerminal(how, (started) => started.stdin?.write('\u0003'));

  test('reaches a child that has our terminal once', async () => {
    expect(await typed('inherit')).toEqual(['<SIGINT>', '<released>', SHOWN]);
  });

  test('reaches a captured child once', async () => {
    expect((await typed('captured')).at(-1)).toBe(captured('<SIGINT>'));
  });

  test('is not the only way: a captured child gets a signal to us alone', async () => {
    const words = await onTerminal('captured', (_, pid) => process.kill(pid, 'SIGINT'));
    expect(words.at(-1)).toBe(captured('<SIGINT>'));
  });

  test('is not needed where a child there takes longer than it may', async () => {
    expect((await onTerminal('late', () => {})).at(-1)).toContain('"late":true');
  });

  test('reaches a child behind a mask once', async () => {
    expect((await typed('masked')).slice(0, 2)).toEqual(['<***INT>', '<released>']);
  });
});
