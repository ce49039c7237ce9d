/** `nigari secrets edit` through the built program, with editors that are small scripts, and with vim where it is. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { secretsEdit } from '../../scripts/commands/secrets/edit.ts';
import { changedLines, sealText } from '../secrets/support.ts';
import { contextFor } from '../support/context.ts';
import { emptyFolder, nigari, NIGARI_BIN, project, startNigari, type Run } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { clearOf, put, sealedProject, textOf } from '../support/sealed.ts';

const FILE = 'cluster.sops.yaml';
const CLEAR = 'token: planted-1\nvars:\n    password: planted-2\n';
const MEMORY = '/dev/shm';

/** Without it there is nothing to edit in; other systems refuse, which is tested too. */
const hasMemory = process.platform === 'linux' && existsSync(MEMORY);

/** A program that does this to the file that it is given, as an editor; `file` is its path, `at` the project. */
function editor(folder: string, body: string): Record<string, string> {
  const path = join(folder, 'editor.mjs');
  const head = `import fs from 'node:fs';\nconst at = ${JSON.stringify(folder)};\nconst file = process.argv.at(-1);\n`;
  writeFileSync(path, `${head}const text = fs.readFileSync(file, 'utf8');\n${body}\n`);
  return { EDITOR: `'${process.execPath}' '${path}'` };
}

const write = (expression: string): string => `fs.writeFileSync(file, ${expression});`;
const CHANGE = write("text.replace('planted-2', 'planted-9')");

/** Runs `secrets edit`; whatever it is, nothing of it is told, and nothing of it is left in memory. */
function edit(folder: string, env: Record<string, string>, ...args: string[]): Run {
  const ended = nigari(folder, ['secrets', 'edit', ...args], env);
  expect(ended.all).not.toContain('planted');
  expect(placesOf(ended.pid)).toEqual([]);
  return ended;
}

/** What a process has in memory. */
function placesOf(pid: number | undefined): readonly string[] {
  return readdirSync(MEMORY).filter((name) => name.startsWith(`nigari-clear-${pid}-`));
}

describe.runIf(hasMemory)('with a file system in memory', () => {
  test('a program of the project is an editor, too', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const script = join(folder, 'rotate.sh');
    writeFileSync(script, `#!/bin/sh\nexec ${editor(folder, CHANGE)['EDITOR']} "$1"\n`, { mode: 0o755 });
    expect(edit(folder, { EDITOR: './rotate.sh' }).stdout).toContain('~ vars.password');
  });

  test('what was changed is sealed, and all else keeps its bytes', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const before = textOf(folder, FILE);
    const { status, stdout, all } = edit(folder, editor(folder, CHANGE));
    expect(status, all).toBe(0);
    expect(stdout).toBe(`${FILE}: sealed\n  ~ vars.password\nNext: npx nigari configure\n`);
    expect(await clearOf(folder, FILE)).toBe(CLEAR.replace('planted-2', 'planted-9'));
    expect(changedLines(before, textOf(folder, FILE))).toHaveLength(3);
  });

  test.each([
    ['nothing was changed', '', 'nothing was changed, nothing is written'],
    [
      'only its form was changed',
      write("text.replace('token: planted-1', 'token:   \"planted-1\"')"),
      'says the same as before',
    ],
  ])('where %s nothing is written', async (_, body, said) => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const before = textOf(folder, FILE);
    const { status, stdout } = edit(folder, editor(folder, body));
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(said) });
    expect(textOf(folder, FILE)).toBe(before);
  });

  test('the editor works in a folder in memory that is nobody else’s, without the key, and all that it leaves there is gone', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const look = `
      const mode = (path) => (fs.statSync(path).mode & 0o777).toString(8);
      fs.writeFileSync(at + '/seen.json', JSON.stringify({
        file, cwd: process.cwd(), tmp: process.env.TMPDIR, key: process.env.SOPS_AGE_KEY ?? null,
        modes: [mode(file), mode(process.cwd())], same: text === ${JSON.stringify(CLEAR)},
      }));
      for (const name of [file + '~', '.x.swp', '#x#']) fs.writeFileSync(name, text);
      fs.mkdirSync('deep/er', { recursive: true });
      fs.writeFileSync('deep/er/copy', text, { mode: 0o400 });
      fs.renameSync(file, 'moved'); fs.copyFileSync('moved', file);`;
    const { status, all, pid } = edit(folder, {
      ...editor(folder, look),
      SOPS_AGE_KEY: readFileSync(join(folder, 'age.key'), 'utf8'),
    });
    expect(status, all).toBe(0);
    const seen = JSON.parse(textOf(folder, 'seen.json'));
    expect(seen).toMatchObject({ key: null, modes: ['600', '700'], same: true, tmp: seen.cwd });
    expect(seen.file).toBe(`${seen.cwd}/cluster.clear.yaml`);
    expect(seen.cwd).toMatch(new RegExp(`^${MEMORY}/nigari-clear-${pid}-`));
  });

  test.each([
    ['is no YAML', write("'a: [planted\\n'"), 'bad-yaml', 2],
    ['is not UTF-8', write('Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a])'), 'not-utf8', 2],
    ['sops would lose', write('\'a: "\\\\tplanted\\\\nx"\\n\''), 'sops-loses-value', 2],
    ['is empty', write("''"), 'root-not-mapping', 2],
    ['the editor removed', 'fs.unlinkSync(file);', 'file-vanished', 4],
    ['the editor gave up', `${CHANGE} process.exit(3);`, 'editor-failed', 4],
    ['the editor was killed over', `${CHANGE} process.kill(process.pid, 'SIGKILL');`, 'editor-failed', 4],
  ])('a text that %s is not written, and without a terminal nobody is asked again', async (_, body, code, exitCode) => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const before = textOf(folder, FILE);
    const { status, stderr } = edit(folder, editor(folder, body));
    expect(stderr).toContain(`(${code})`);
    expect(status).toBe(exitCode);
    expect(textOf(folder, FILE)).toBe(before);
  });

  test('a change that somebody else makes meanwhile is not undone', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const theirs = await sealText(CLEAR.replace('planted-1', 'planted-7'), {}, textOf(folder, FILE));
    put(folder, 'theirs', theirs);
    const { status, stderr } = edit(
      folder,
      editor(folder, `${CHANGE} fs.copyFileSync(at + '/theirs', at + '/${FILE}');`),
    );
    expect(status).toBe(2);
    expect(stderr).toContain('was changed by somebody else while you edited it: token  (changed-meanwhile)');
    expect(textOf(folder, FILE)).toBe(theirs);
  });

  test('a place that cannot be written is told, and nothing is left of the attempt', async () => {
    const folder = await sealedProject({ 'sub/x.sops.yaml': CLEAR });
    const inTheWay = `${CHANGE} fs.rmSync(at + '/sub', { recursive: true }); fs.writeFileSync(at + '/sub', '');`;
    const { status, stderr } = edit(folder, editor(folder, inTheWay), 'sub/x.sops.yaml');
    expect(status).toBe(2);
    expect(stderr).toContain('(file-in-the-way)');
    expect(textOf(folder, 'sub')).toBe('');
  });

  test.skipIf(process.getuid?.() === 0)('a folder that is read-only is told (root may write everywhere)', async () => {
    const folder = await sealedProject({ 'sub/x.sops.yaml': CLEAR });
    const before = textOf(folder, 'sub/x.sops.yaml');
    chmodSync(join(folder, 'sub'), 0o555);
    const { status, stderr } = edit(folder, editor(folder, CHANGE), 'sub/x.sops.yaml');
    chmodSync(join(folder, 'sub'), 0o755);
    expect(status).toBe(2);
    expect(stderr).toContain('(permission-denied)');
    expect(textOf(folder, 'sub/x.sops.yaml')).toBe(before);
  });

  describe('a new file', () => {
    const NEW = 'secrets.sops.yaml';

    test('begins with words that are left out, and is made when something is written', async () => {
      const folder = await sealedProject({}, {});
      const { status, stdout } = edit(
        folder,
        editor(folder, `${write("text + 'registry: planted-1\\n'")} fs.writeFileSync(at + '/seen', text);`),
        NEW,
      );
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: `${NEW}: sealed\n  + registry\nNext: npx nigari configure\n`,
      });
      expect(textOf(folder, 'seen')).toMatch(/^(#.*\n){3}\n$/);
      expect(await clearOf(folder, NEW)).toBe('registry: planted-1\n');
    });

    test.each([
      ['left as it is', ''],
      ['emptied', write("''")],
    ])('is not made when the text is %s', async (_, body) => {
      const folder = await sealedProject({}, {});
      expect(edit(folder, editor(folder, body), NEW)).toMatchObject({
        status: 0,
        stdout: `${NEW}: nothing was changed, nothing is written\n`,
      });
      expect(existsSync(join(folder, NEW))).toBe(false);
    });

    test('is refused before the editor starts where no rule would seal it', async () => {
      const folder = await sealedProject({}, {});
      const { status, stderr } = edit(folder, editor(folder, "fs.writeFileSync(at + '/seen', '');"), 'secrets.yaml');
      expect(status).toBe(2);
      expect(stderr).toContain('(no-creation-rule)');
      expect(existsSync(join(folder, 'seen'))).toBe(false);
    });
  });

  describe('a file that configure generates', () => {
    const GENERATED = 'infrastructure/secrets.sops.yaml';
    const generated = () =>
      sealedProject(
        { [GENERATED]: 'tfstate_password: planted-1\nproxmox_api_token_id: planted-2\n' },
        { 'cluster.yaml': 'node_cidr: x\ntfstate_password: planted-1\n' },
      );

    test('is refused, with where its values are kept', async () => {
      const folder = await generated();
      const { status, stderr } = edit(folder, editor(folder, "fs.writeFileSync(at + '/seen', '');"));
      expect(status).toBe(2);
      expect(stderr).toContain(
        `${GENERATED} is generated: the next \`nigari configure\` would overwrite what is edited there  (generated-file)`,
      );
      expect(stderr).toContain('nigari secrets edit cluster.yaml');
      expect(stderr).toMatch(/its values are kept in\n +tfstate_password: cluster.yaml:2\n/);
      expect(existsSync(join(folder, 'seen'))).toBe(false);
      put(folder, FILE, await sealText('proxmox_api_token_id: planted-2\n'));
      const named = edit(folder, editor(folder, ''), GENERATED).stderr;
      expect(named).toContain(`proxmox_api_token_id: ${FILE}`);
      expect(named).toContain(`nigari secrets edit ${FILE}`);
    });

    test('is edited all the same with --force', async () => {
      const folder = await generated();
      expect(edit(folder, editor(folder, write("text.replace('planted-1', 'planted-9')")), '--force')).toMatchObject({
        status: 0,
      });
      expect(await clearOf(folder, GENERATED)).toContain('tfstate_password: planted-9\n');
    });
  });

  test('cluster.sops.yaml is edited first, then secrets.sops.yaml', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR, 'secrets.sops.yaml': CLEAR });
    expect(edit(folder, editor(folder, CHANGE)).stdout).toContain(`${FILE}: sealed`);
    rmSync(join(folder, FILE));
    expect(edit(folder, editor(folder, CHANGE)).stdout).toContain('secrets.sops.yaml: sealed');
  });

  describe('ended from outside', () => {
    /** An editor that waits, having said so; it ends when it is told to, and when the test is over. */
    const WAIT = `${CHANGE} fs.writeFileSync(at + '/begun', String(process.ppid)); fs.renameSync(at + '/begun', at + '/ready');
      setInterval(() => (fs.existsSync(at + '/stop') || !fs.existsSync(at)) && process.exit(0), 20);`;

    async function editing(folder: string, more = '') {
      const running = startNigari(folder, ['secrets', 'edit'], editor(folder, more + WAIT));
      const pid = await vi.waitFor(() => Number(textOf(folder, 'ready')), { timeout: 10_000, interval: 20 });
      expect(placesOf(pid)).toHaveLength(1);
      return { ...running, pid };
    }

    test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves nothing and writes nothing', async (signal) => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const before = textOf(folder, FILE);
      const { kill, ended, pid } = await editing(folder);
      kill(signal);
      expect((await ended).status).toBe(130);
      expect(placesOf(pid)).toEqual([]);
      expect(textOf(folder, FILE)).toBe(before);
    });

    test('who presses Ctrl-C three times waits for no editor, and leaves nothing', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const { kill, ended, pid } = await editing(
        folder,
        "process.on('SIGINT', () => fs.appendFileSync(at + '/heard', 'x'));",
      );
      for (const times of [1, 2]) {
        kill('SIGINT');
        await vi.waitFor(() => expect(textOf(folder, 'heard')).toHaveLength(times), { timeout: 10_000, interval: 20 });
      }
      kill('SIGINT');
      await vi.waitFor(() => expect(placesOf(pid)).toEqual([]), { timeout: 10_000, interval: 20 });
      put(folder, 'stop', '');
      expect((await ended).status).toBe(130);
    });

    test('a kill that nobody can hear leaves nothing either, and writes nothing', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const before = textOf(folder, FILE);
      const { kill, ended, pid } = await editing(folder);
      kill('SIGKILL');
      await vi.waitFor(() => expect(placesOf(pid)).toEqual([]), { timeout: 10_000, interval: 20 });
      put(folder, 'stop', '');
      await ended;
      expect(textOf(folder, FILE)).toBe(before);
    });

    test('what belongs to a living process stays', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const { ended, pid } = await editing(folder);
      const other = await sealedProject({ [FILE]: CLEAR });
      edit(other, editor(other, ''));
      expect(placesOf(pid)).toHaveLength(1);
      put(folder, 'stop', '');
      expect((await ended).status).toBe(0);
      expect(placesOf(pid)).toEqual([]);
    });

    test('only folders of ours are removed', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      // No process has this number: it is above the highest that Linux gives.
      const name = (end: string): string => join(MEMORY, `nigari-clear-${2 ** 22 + 1}-${process.pid}${end}`);
      onTestFinished(() =>
        ['-folder', '-link', '-file'].forEach((end) => rmSync(name(end), { recursive: true, force: true })),
      );
      mkdirSync(name('-folder'));
      writeFileSync(join(name('-folder'), 'x'), 'x');
      symlinkSync(folder, name('-link'));
      writeFileSync(name('-file'), 'x');
      edit(folder, editor(folder, ''));
      expect(['-folder', '-link', '-file'].map((end) => existsSync(name(end)))).toEqual([false, true, true]);
      expect(existsSync(join(folder, FILE))).toBe(true);
    });
  });

  describe.runIf(hasScript())('on a terminal', () => {
    const onScreen = (
      folder: string,
      body: string,
      typed: readonly (readonly [string, string])[],
      ...args: string[]
    ) => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        NO_COLOR: '1',
        TERM: 'dumb',
        ...editor(folder, body),
      };
      return onTerminal([process.execPath, NIGARI_BIN, 'secrets', 'edit', ...args], { cwd: folder, env }, typed);
    };
    const BROKEN_FIRST = write(
      "text.includes('planted-9') ? text.replace('broken: [', '') : text.replace('planted-2', 'planted-9') + 'broken: ['",
    );

    test('what cannot be sealed is told, and edited on', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const { status, shown } = await onScreen(folder, BROKEN_FIRST, [['Press Enter', '\r']]);
      expect(shown).toMatch(/cluster\.sops\.yaml:\d+:\d+ {2}error {2}this is not legal YAML/);
      expect({ status, shown }).toEqual({ status: 0, shown: expect.stringContaining(`${FILE}: sealed`) });
      expect(await clearOf(folder, FILE)).toBe(CLEAR.replace('planted-2', 'planted-9'));
    });

    test.each([
      ['Ctrl-C', '\x03'],
      ['Ctrl-D', '\x04'],
    ])('or given up with %s, and then nothing is written', async (_, key) => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const before = textOf(folder, FILE);
      const { status, shown } = await onScreen(folder, BROKEN_FIRST, [['Press Enter', key]]);
      expect({ status, shown }).toEqual({
        status: 130,
        shown: expect.stringMatching(/nothing is written\s+interrupted/),
      });
      expect(textOf(folder, FILE)).toBe(before);
    });

    test('Ctrl-C is a key of the editor: however often it is pressed, what is typed is not lost', async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const body = `let times = 0; setInterval(() => {}, 1000);
        process.on('SIGINT', () => { console.log('listening ' + ++times); if (times === 4) { ${CHANGE} process.exit(0); } });
        console.log('listening 0');`;
      const keys = [0, 1, 2, 3].map((times) => [`listening ${times}`, '\x03'] as const);
      expect(await onScreen(folder, body, keys)).toMatchObject({ status: 0 });
      expect(await clearOf(folder, FILE)).toContain('planted-9');
    });

    test.each([
      ['\r', FILE],
      ['a\r', 'infrastructure/secrets.sops.yaml'],
      ['n\r', null],
      ['\x03', null],
    ])('a generated file is asked about; %j edits %s', async (keys, edited) => {
      const sealed = { [FILE]: CLEAR, 'infrastructure/secrets.sops.yaml': CLEAR };
      const folder = await sealedProject(sealed);
      const { status, shown } = await onScreen(folder, CHANGE, [['[Y]es', keys]], 'infrastructure/secrets.sops.yaml');
      expect(shown).toContain(`Edit ${FILE} instead?`);
      expect(status).toBe(edited === null ? 130 : 0);
      for (const path of Object.keys(sealed))
        expect((await clearOf(folder, path)).includes('planted-9'), path).toBe(path === edited);
    });

    test('where the input is cluster.yaml, that is opened where it lies', async () => {
      const files = { 'infrastructure/secrets.sops.yaml': CLEAR };
      const folder = await sealedProject(files, { 'cluster.yaml': 'tfstate_password: planted-2\n' });
      const { status, shown } = await onScreen(folder, CHANGE, [['Edit cluster.yaml instead?', 'y\r']]);
      expect({ status, shown }).toEqual({ status: 0, shown: expect.stringContaining('Next: npx nigari configure') });
      expect(textOf(folder, 'cluster.yaml')).toBe('tfstate_password: planted-9\n');
    });
  });

  const vim = spawnSync('vim', ['--version']).status === 0;
  test.runIf(vim)(
    'vim keeps no swap file, backup, undo file or history anywhere, whatever its vimrc says',
    async () => {
      const folder = await sealedProject({ [FILE]: CLEAR });
      const kept = ['backup', 'undo', 'swap'];
      for (const name of kept) mkdirSync(join(folder, name));
      put(
        folder,
        'vimrc',
        `set nocompatible backup writebackup backupskip= undofile updatecount=1 viminfo='20,n${folder}/viminfo
set backupdir=${folder}/backup// undodir=${folder}/undo// directory=${folder}/swap//
`,
      );
      const PATH = process.env['PATH'] ?? '';
      const line = `vim -es -u ${folder}/vimrc -c '%s/planted-2/planted-9/' -c 'call writefile(glob("${folder}/swap/*",0,1,1), "${folder}/swaps")' -c wq`;
      const left = (): readonly string[] => kept.flatMap((name) => readdirSync(join(folder, name)));
      put(folder, 'plain.yaml', CLEAR);
      spawnSync('sh', ['-c', `${line} plain.yaml`], { cwd: folder });
      // Without our arguments it keeps all of it: else this would prove nothing.
      expect(kept.map((name) => readdirSync(join(folder, name)).length)).toEqual([1, 1, 0]);
      expect([textOf(folder, 'swaps'), textOf(folder, 'viminfo')]).not.toContain('');
      for (const name of [...kept, 'swaps', 'viminfo']) rmSync(join(folder, name), { recursive: true });
      for (const name of kept) mkdirSync(join(folder, name));
      const { status, all } = edit(folder, { PATH, EDITOR: line });
      expect(status, all).toBe(0);
      expect(await clearOf(folder, FILE)).toContain('password: planted-9');
      expect(left()).toEqual([]);
      expect(textOf(folder, 'swaps')).toBe('');
      expect(existsSync(join(folder, 'viminfo'))).toBe(false);
    },
  );
});

test.each([
  ['no key opens it', 'no-key', () => sealedProject({ [FILE]: CLEAR }).then((at) => (rmSync(join(at, 'age.key')), at))],
  ['it is not sealed', 'not-sealed', () => sealedProject({}, { [FILE]: 'a: planted-1\n' })],
  ['nothing is sealed at all', 'nothing-sealed', async () => project({})],
])('refused before the editor starts where %s', async (_, code, make) => {
  const folder = await make();
  const { status, stderr, all } = nigari(
    folder,
    ['secrets', 'edit'],
    editor(folder, "fs.writeFileSync(at + '/seen', '');"),
  );
  expect(status).toBe(2);
  expect(stderr).toContain(`(${code})`);
  expect(all).not.toContain('planted');
  expect(existsSync(join(folder, 'seen'))).toBe(false);
});

test('without a terminal an editor must be named, and it must be there', async () => {
  const folder = await sealedProject({ [FILE]: CLEAR });
  expect(nigari(folder, ['secrets', 'edit'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('(no-terminal)'),
  });
  const missing = nigari(folder, ['secrets', 'edit'], { EDITOR: 'no-such-editor --wait' });
  expect(missing).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('EDITOR names no editor that is here: no-such-editor  (editor-missing)'),
  });
});

test('SOPS_EDITOR counts before VISUAL, and VISUAL before EDITOR', () => {
  const folder = project();
  const all = { SOPS_EDITOR: 'no-such-1', VISUAL: 'no-such-2', EDITOR: 'no-such-3' };
  const said = (env: Record<string, string>): string => nigari(folder, ['secrets', 'edit'], env).stderr;
  expect(said(all)).toContain('no-such-1');
  expect(said({ ...all, SOPS_EDITOR: '' })).toContain('no-such-2');
  expect(said({ EDITOR: 'no-such-3' })).toContain('no-such-3');
});

describe('without a file system in memory', () => {
  test.each(['/nowhere', '/proc', emptyDisk()])('%s is refused, with another way', async (memory) => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const { context } = contextFor(folder, editor(folder, CHANGE));
    const ended = secretsEdit(context, FILE, { force: false, insecureTemp: false, memory });
    await expect(ended).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ code: 'no-private-place', hint: expect.stringMatching(/secrets set NAME.*--insecure-temp/) }],
    });
  });

  test('--insecure-temp takes the folder for temporary files, and leaves nothing there', async () => {
    const folder = await sealedProject({ [FILE]: CLEAR });
    const temporary = emptyFolder();
    const env = { ...editor(folder, `${CHANGE} fs.writeFileSync(at + '/seen', file);`), TMPDIR: temporary };
    const { status, all } = nigari(folder, ['secrets', 'edit', '--insecure-temp'], env);
    expect(status, all).toBe(0);
    expect(textOf(folder, 'seen')).toContain(temporary);
    expect(readdirSync(temporary)).toEqual([]);
    expect(await clearOf(folder, FILE)).toContain('planted-9');
  });
});

/** A folder that is on a disk wherever this runs: that of the tests. */
function emptyDisk(): string {
  return join(import.meta.dirname);
}
