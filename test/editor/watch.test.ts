/** `nigari check --watch` as VS Code runs it, read by the problem matcher of `.vscode/tasks.json`. */
import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { validate } from '../../scripts/config/validate.ts';
import { editorBundle } from '../support/editor-bundle.ts';
import { inputs, readText } from '../support/input.ts';
import { project } from '../support/project.ts';

const CLUSTER = readText('cluster.yaml.example');
const NODES = readText('nodes.yaml.example');
const BROKEN = NODES.replace('10.0.0.12', '10.0.0.11').replace('address: 10.0.0.13', 'adress: 10.0.0.13');

let program = '';
beforeAll(async () => void (program = await editorBundle('watch')));

/** What is wrong with the broken nodes. */
const WRONG = validate(inputs(CLUSTER, BROKEN)).problems.map(({ code }) => code);

/** What VS Code makes of a line (https://code.visualstudio.com/docs/editor/tasks, "Defining a problem matcher"). */
interface Marker {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

interface Matcher {
  readonly pattern: { readonly regexp: string; readonly kind?: 'file' } & Readonly<
    Partial<Record<keyof Marker, number>>
  >;
  readonly background?: { readonly beginsPattern: string; readonly endsPattern: string };
}

const { tasks } = JSON.parse(readText('.vscode/tasks.json')) as {
  tasks: { args: string[]; problemMatcher: Matcher[] }[];
};
const matchers = tasks[0]?.problemMatcher ?? [];
const background = matchers.find((matcher) => matcher.background)?.background;
if (background === undefined) throw new Error('no background matcher');
const begins = new RegExp(background.beginsPattern);
const ends = new RegExp(background.endsPattern);

/** The first matcher that fits counts. */
function marker(line: string): Marker | null {
  for (const { pattern } of matchers) {
    const groups = new RegExp(pattern.regexp).exec(line);
    if (groups === null) continue;
    const at = (name: keyof Marker): string => groups[pattern[name] ?? -1] ?? '';
    const isFile = pattern.kind === 'file';
    const [line_, column] = isFile ? [0, 0] : [Number(at('line')), Number(at('column'))];
    return {
      file: at('file'),
      line: line_,
      column,
      severity: at('severity'),
      code: at('code'),
      message: at('message'),
    };
  }
  return null;
}

/** A running `check --watch`, and the Problems that its rounds show. */
function watching(root: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [program, 'watch', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextRound = async (): Promise<readonly Marker[]> => {
    const shown: Marker[] = [];
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done === true) throw new Error('it ended');
      if (begins.test(line)) shown.length = 0;
      else if (ends.test(line)) return shown;
      else shown.push(...[marker(line)].filter((found) => found !== null));
    }
  };
  /** Changes may be seen one by one: waits until the Problems are these. */
  const until = async (wanted: (shown: readonly Marker[]) => boolean): Promise<readonly Marker[]> => {
    for (;;) {
      const shown = await nextRound();
      if (wanted(shown)) return shown;
    }
  };
  return { child, exited, nextRound, until, lines };
}

const codes = (shown: readonly Marker[]): readonly string[] => shown.map(({ code }) => code);
const none = (shown: readonly Marker[]): boolean => shown.length === 0;

/** As most editors save: a new file takes the place of the old one. */
function saveByRename(root: string, name: string, text: string): void {
  writeFileSync(join(root, `.${name}.swp`), text);
  renameSync(join(root, `.${name}.swp`), join(root, name));
}

test('every finding is under Problems, at its place and with its hint', async () => {
  const root = project({ 'cluster.yaml': `${CLUSTER}hubble_enabled: true\n`, 'nodes.yaml': BROKEN });
  const { nextRound } = watching(root);
  const { problems } = validate(inputs(`${CLUSTER}hubble_enabled: true\n`, BROKEN));
  expect(problems.length).toBeGreaterThan(3);
  expect(await nextRound()).toEqual(
    problems.map(({ file, line, column, severity, code, message, hint }) => ({
      file,
      line,
      column,
      severity,
      code,
      message: `${message}; hint: ${hint}`,
    })),
  );
});

test('a save is seen, whichever way it is done, and so is a file that goes and comes back', async () => {
  const root = project({ 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES });
  const { nextRound, until } = watching(root);
  expect(await nextRound()).toEqual([]);
  writeFileSync(join(root, 'nodes.yaml'), BROKEN);
  expect(codes(await until((shown) => shown.length > 0))).toEqual(WRONG);
  saveByRename(root, 'nodes.yaml', NODES);
  expect(await until(none)).toEqual([]);
  saveByRename(root, 'nodes.yaml', BROKEN);
  await until((shown) => shown.length > 0);
  rmSync(join(root, 'nodes.yaml'));
  expect(await until((shown) => codes(shown).includes('input-missing'))).toEqual([
    expect.objectContaining({ file: 'nodes.yaml', line: 0, severity: 'error', code: 'input-missing' }),
  ]);
  writeFileSync(join(root, 'nodes.yaml'), NODES);
  expect(await until(none)).toEqual([]);
});

test('a template of the project counts, also in a folder that is new', async () => {
  const root = project({ 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES });
  const { nextRound, until } = watching(root);
  expect(await nextRound()).toEqual([]);
  mkdirSync(join(root, 'templates', 'project'), { recursive: true });
  writeFileSync(join(root, 'templates', 'project', 'notes.md.njk'), '# x\n#{ nobody }#\n');
  expect(await until((shown) => shown.length > 0)).toEqual([
    expect.objectContaining({ file: 'templates/project/notes.md.njk', line: 2, severity: 'error' }),
  ]);
  saveByRename(join(root, 'templates', 'project'), 'notes.md.njk', '# x\n#{ cluster.cluster_name }#\n');
  expect(await until(none)).toEqual([]);
});

test('a project that is moved away and made anew', async () => {
  const outer = project({ 'p/cluster.yaml': CLUSTER, 'p/nodes.yaml': BROKEN });
  const { nextRound, until } = watching(join(outer, 'p'));
  expect(codes(await nextRound())).toEqual(WRONG);
  renameSync(join(outer, 'p'), join(outer, 'old'));
  expect(codes(await until((shown) => shown.length === 2))).toEqual(['input-missing', 'input-missing']);
  mkdirSync(join(outer, 'p'));
  writeFileSync(join(outer, 'p', 'cluster.yaml'), CLUSTER);
  writeFileSync(join(outer, 'p', 'nodes.yaml'), NODES);
  expect(await until(none)).toEqual([]);
});

test('with --json each round is a line', async () => {
  const { lines } = watching(project({ 'cluster.yaml': CLUSTER, 'nodes.yaml': BROKEN }), '--json');
  const { value } = await lines.next();
  const { problems } = JSON.parse(value) as { problems: Marker[] };
  expect(codes(problems)).toEqual(WRONG);
});

test.skipIf(process.platform === 'win32')('Ctrl-C ends it with 130', async () => {
  const { child, exited, nextRound } = watching(project({ 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES }));
  await nextRound();
  child.kill('SIGINT');
  expect(await exited).toBe(130);
});

test('no problem at all looks like the start or the end of a round', () => {
  expect(begins.test('Checking cluster.yaml, nodes.yaml and templates')).toBe(true);
  expect(ends.test('cluster.yaml:1:1  error  Checked: x. Waiting for changes  (code)')).toBe(false);
  expect(tasks[0]?.args.slice(-2)).toEqual(['check', '--watch']);
});
