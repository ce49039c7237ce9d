/** A program called tofu that writes down what it is given, and does what a test tells it. Not for Windows. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** One call of it. */
export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface FakeTofu {
  /** For nigari: where it is found. */
  readonly env: Readonly<Record<string, string>>;
  /** What it was called with so far, in order. */
  readonly calls: () => readonly Call[];
  /** Calls by their arguments, without what nigari asks by the way, and without where a plan goes. */
  readonly runs: () => readonly string[];
  /** Waits until it was called with this subcommand. */
  readonly called: (verb: string) => Promise<Call>;
}

/**
 * What it does is told by its environment: `FAKE_VERSION`, `FAKE_SAYS` (printed by `plan`, with `$NAME` of its environment), `FAKE_PLAN` (what `show -json` prints), `FAKE_EXIT` (`init:1`),
 * `FAKE_HANGS` (a subcommand: it goes on until a signal comes, writes that down, and ends a moment later).
 */
const PROGRAM = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { env } = process;
const args = process.argv.slice(2);
const tell = (what) => appendFileSync(join(__dirname, 'calls'), JSON.stringify(what) + '\\n');
tell({ args, env, cwd: process.cwd() });
const [exits, code] = (env.FAKE_EXIT || '').split(':');
if (args[0] === 'version') console.log(JSON.stringify({ terraform_version: env.FAKE_VERSION || '1.12.6' }));
if (args[0] === 'init') mkdirSync('.terraform', { recursive: true });
const out = args.find((argument) => argument.startsWith('-out='));
if (out !== undefined) writeFileSync(out.slice(5), 'ciphertext');
if (args[0] === 'show') console.log(env.FAKE_PLAN || '{"format_version": "1.2"}');
if (args[0] === 'plan' && env.FAKE_SAYS) console.log(env.FAKE_SAYS.replace(/\\$(\\w+)/g, (_, name) => env[name]));
if (args[0] === exits) process.exitCode = Number(code);
if (args[0] === env.FAKE_HANGS) {
  const hold = setInterval(() => {}, 1000);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    tell({ args: ['stopped by', signal], env: {}, cwd: '' });
    setTimeout(() => { tell({ args: ['ended'], env: {}, cwd: '' }); clearInterval(hold); process.exit(1); }, 100);
  });
}
`;

/** What nigari asks besides what it was called for. */
const BY_THE_WAY = /^(version -json|show -no-color -json|state pull)/;

/** Puts it into a new folder below `folder`. */
export function fakeTofu(folder: string): FakeTofu {
  const bin = join(folder, 'fake-bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'tofu'), `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(join(bin, 'tofu'), 0o755);
  const log = join(bin, 'calls');
  const calls = (): readonly Call[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Call)
      : [];
  const runs = (): readonly string[] =>
    calls()
      .map(({ args }) => args.filter((argument) => !argument.startsWith('-out=')).join(' '))
      .filter((run) => !BY_THE_WAY.test(run));
  const called = async (verb: string): Promise<Call> => {
    const call = calls().find(({ args }) => args[0] === verb);
    if (call !== undefined) return call;
    await pause(20);
    return called(verb);
  };
  return { env: { PATH: bin }, calls, runs, called };
}
