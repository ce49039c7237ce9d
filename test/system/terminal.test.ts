import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';
import { collectingReporter, coloursFor, reporterFor, type Surroundings } from '../../scripts/system/terminal.ts';
import { hasScript } from '../support/script.ts';

/** A stream that keeps what is written to it. */
class Kept extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY = false, columns = 80) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface Listening {
  readonly tty?: boolean;
  readonly data?: boolean;
  readonly noColor?: boolean;
  readonly frames?: NonNullable<Surroundings['frames']>;
}

function listen({ tty = false, data = false, noColor = false, frames }: Listening = {}) {
  // Without a width there is no animation: that one writes to the real stdout.
  const [stdout, stderr] = [new Kept(tty, 0), new Kept(tty, 0)];
  const streams = { stdout, stderr } as unknown as { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
  const reporter = reporterFor({ ...streams, env: {}, noColor, data, ...(frames && { frames }) });
  return { stdout, stderr, reporter };
}

const PROBLEM = { code: 'a-b', severity: 'error', message: 'bad' } as const;

describe('plain lines', () => {
  test('people’s text on stdout, problems on stderr', async () => {
    const { stdout, stderr, reporter } = listen();
    expect(await reporter.step('Render', async () => 42)).toBe(42);
    expect(await reporter.step('Verify', () => 43)).toBe(43);
    reporter.line('created  a.tf', 'good');
    reporter.problems([PROBLEM, PROBLEM]);
    expect(stdout.text).toBe('Render\nVerify\ncreated  a.tf\n');
    expect(stderr.text).toBe('error  bad  (a-b)\nerror  bad  (a-b)\n');
  });

  test('several works at once: in order, no more than so many, a line when something else goes on', async () => {
    const { stdout, reporter } = listen();
    let [going, most] = [0, 0];
    const works = [3, 1, 2].map((number) => ({
      title: `work ${number}`,
      run: async (tell: (text: string) => void) => {
        most = Math.max(most, (going += 1));
        tell('starts');
        tell('starts');
        tell('');
        await Promise.resolve();
        going -= 1;
        if (number === 1) throw new Error('no');
        return number;
      },
    }));
    const outcomes = await reporter.runAll('work', works, 2);
    expect(outcomes).toMatchObject([{ value: 3 }, { reason: { message: 'no' } }, { value: 2 }]);
    expect(most).toBe(2);
    expect(stdout.text.split('\n').toSorted()).toEqual(['', 'work 1: starts', 'work 2: starts', 'work 3: starts']);
  });

  test('where stdout is data, it holds nothing else', async () => {
    const { stdout, stderr, reporter } = listen({ data: true });
    await reporter.step('Render', () => null);
    reporter.line('done');
    reporter.result('{"a":"\\u001b"}');
    reporter.result('with its own end\n');
    expect(stdout.text).toBe('{"a":"\\u001b"}\nwith its own end\n');
    expect(stderr.text).toBe('Render\ndone\n');
  });

  test('errors of a step pass through', async () => {
    const { reporter } = listen();
    const error = new Error('mine');
    await expect(reporter.step('Fail', () => Promise.reject(error))).rejects.toBe(error);
    await expect(
      reporter.step('Fail', () => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test('no text commands the terminal', () => {
    const { stdout, reporter } = listen();
    reporter.line('a\u001b[2J\nb');
    expect(stdout.text).toBe('a\\u001b[2J\nb\n');
  });

  test('a reader that goes away is no error, anything else is', () => {
    const { stdout } = listen();
    expect(stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))).toBe(true);
    expect(() => stdout.emit('error', Object.assign(new Error('worse'), { code: 'EIO' }))).toThrow('worse');
  });
});

describe('problems', () => {
  const frames: Surroundings['frames'] =
    (list) =>
    (problem, { columns }) =>
      `  | ${list.length} problems, ${problem.code}, ${columns} columns`;
  const many = Array.from({ length: 51 }, () => PROBLEM);

  test('on a terminal: with frames, and cut where there are too many', () => {
    const { stderr, reporter } = listen({ tty: true, noColor: true, frames });
    reporter.problems([PROBLEM]);
    expect(stderr.text).toBe('error  bad  (a-b)\n  | 1 problems, a-b, 80 columns\n');
    reporter.problems(many);
    expect(stderr.text).toMatch(/\nand 1 more\n$/);
  });

  test('elsewhere: no frames, nothing is cut', () => {
    const { stderr, reporter } = listen({ frames });
    reporter.problems(many);
    expect(stderr.text).toBe('error  bad  (a-b)\n'.repeat(51));
  });

  test('none: nothing', () => {
    const { stderr, reporter } = listen({ tty: true, frames });
    reporter.problems([]);
    expect(stderr.text).toBe('');
  });
});

describe('colours', () => {
  test.each([
    ['a terminal', { isTTY: true }, {}, false, true],
    ['a file', {}, {}, false, false],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, false, true],
    ['--no-color', { isTTY: true }, {}, true, false],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false, false],
  ])('%s', (_, stream, env, noColor, wanted) => {
    expect(coloursFor(stream, env, noColor).isColorSupported).toBe(wanted);
  });

  test('lines by their tone, problems by their severity', () => {
    const { stdout, stderr, reporter } = listen({ tty: true });
    for (const tone of ['plain', 'good', 'changed', 'bad', 'dim'] as const) reporter.line(tone, tone);
    reporter.problems([PROBLEM]);
    expect(stdout.text).toBe(
      'plain\n\u001b[32mgood\u001b[39m\n\u001b[33mchanged\u001b[39m\n\u001b[31mbad\u001b[39m\n\u001b[2mdim\u001b[22m\n',
    );
    expect(stderr.text).toContain('\u001b[31merror\u001b[39m');
    const without = listen({ tty: true, noColor: true });
    without.reporter.line('good', 'good');
    without.reporter.problems([PROBLEM]);
    expect(without.stdout.text + without.stderr.text).not.toContain('\u001b');
  });
});

describe('collectingReporter', () => {
  test('remembers everything', async () => {
    const { reporter, heard } = collectingReporter();
    expect(await reporter.step('Render', () => 1)).toBe(1);
    reporter.line('line');
    reporter.problems([PROBLEM]);
    reporter.result('data');
    expect(heard).toEqual({ steps: ['Render'], lines: ['line'], problems: [PROBLEM], results: ['data'] });
  });
});

describe.skipIf(!hasScript())('on a terminal', () => {
  const REPORTER = `
    import { reporterFor } from ${JSON.stringify(fileURLToPath(new URL('../../scripts/system/terminal.ts', import.meta.url)))};
    const { stdout, stderr, env } = process;
    const reporter = reporterFor({ stdout, stderr, env, noColor: false, data: false });
  `;
  const STEPS = `
    const value = await reporter.step('Render \\u001b[2J', async () => {
      reporter.line('said meanwhile');
      reporter.line('  indented', 'good');
      reporter.problems([{ code: 'a-b', severity: 'note', message: 'found meanwhile', hint: 'x' }]);
      await reporter.step('Nested', async () => reporter.line('nested'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 42;
    });
    reporter.line('value ' + value);
    const error = new Error('the message of the error');
    await reporter.step('Fail', () => Promise.reject(error)).catch((caught) => reporter.line('same error: ' + (caught === error)));
  `;

  const WORKS = `
    const works = Array.from({ length: 9 }, (_, index) => ({
      title: 'ask ' + index,
      run: async (tell) => {
        tell('a text that is longer than this terminal is wide\u001b[2J');
        if (index === 4) reporter.line('said meanwhile');
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (index === 4) throw new Error('no');
      },
    }));
    const outcomes = await reporter.runAll('ask', works, 4);
    reporter.line(outcomes.map(({ status }) => status[0]).join(''));
  `;

  /** What the program writes to a terminal of that size, without colours and movements of the cursor. */
  async function onTerminal(program: string, columns: number, rows = 0): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'nigari-terminal-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const outfile = join(folder, 'program.mjs');
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    const stdin = { contents: REPORTER + program, resolveDir: folder, loader: 'ts' } as const;
    await build({
      stdin,
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
      banner: { js: banner },
    });
    const command = `stty cols ${columns} rows ${rows}; env -u CI -u NO_COLOR TERM=xterm-256color '${process.execPath}' '${outfile}'`;
    const said = execFileSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
    return said.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '').replaceAll('\r', '');
  }

  test('values and errors pass, lines wait for the end of the step, the message of an error is not shown', async () => {
    const lines = (await onTerminal(STEPS, 100)).split('\n');
    const end = lines.indexOf('said meanwhile');
    expect(lines[end - 1]).toMatch(/✔ Render \\u001b\[2J$/);
    expect(lines.slice(end)).toEqual([
      'said meanwhile',
      '  indented',
      'note  found meanwhile  (a-b)',
      '  hint: x',
      'nested',
      'value 42',
      expect.stringMatching(/✖ Fail$/),
      'same error: true',
      '',
    ]);
  });

  test('without a width: plain lines', async () => {
    const said = await onTerminal(STEPS, 0);
    expect(said.split('\n').slice(0, 3)).toEqual(['Render \\u001b[2J', 'said meanwhile', '  indented']);
  });

  test('many works: counted where they do not fit, no line is wrapped, and what is said meanwhile waits', async () => {
    const lines = (await onTerminal(WORKS, 50, 6)).split('\n');
    const end = lines.indexOf('said meanwhile');
    expect(lines.slice(end - 1)).toEqual([
      expect.stringMatching(/✖ ask: 8 of 9 done, 1 failed$/),
      'said meanwhile',
      'ffffrffff',
      '',
    ]);
    const during = lines.slice(0, end - 1);
    expect(during).toContainEqual(expect.stringMatching(/ ask: 0 of 9 done, 4 at work, 5 waiting$/));
    expect(during).toContainEqual(expect.stringMatching(/^ +ask 0: a text that is longer than this termin…$/));
    expect(during.every((line) => !/terminal is wide/.test(line))).toBe(true);
  });

  test('few works have a line each', async () => {
    const lines = (await onTerminal(WORKS, 100, 24)).split('\n');
    const end = lines.indexOf('said meanwhile');
    expect(lines.slice(end - 9, end)).toEqual(
      Array.from({ length: 9 }, (_, index) =>
        expect.stringMatching(new RegExp(`${index === 4 ? '✖' : '✔'} ask ${index}: .* wide\\\\u001b\\[2J$`)),
      ),
    );
  });
});
