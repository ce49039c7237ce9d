import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { armor, Encrypter } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newIdentity, type NewIdentity } from '../../scripts/system/age.ts';
import { findIdentities, writeKeyFile } from '../../scripts/system/identities.ts';
import { usersKeyFile } from '../../scripts/system/key-places.ts';
import { splitWords } from '../../scripts/system/split-words.ts';

const posix = process.platform !== 'win32';

let root = '';
let home = '';
let key: NewIdentity;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-keys-'));
  home = await mkdtemp(join(tmpdir(), 'nigari-home-'));
  key = newIdentity();
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
});

/** The environment of a user whose home is empty but for what a test puts there. */
const environment = (set: Record<string, string> = {}) => ({ HOME: home, AppData: home, ...set });

async function put(path: string, text: string, mode = 0o600): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode });
  await chmod(path, mode);
  return path;
}

async function find(set: Record<string, string> = {}) {
  const found = await findIdentities(root, environment(set));
  const identities = found.ok ? found.value.identities : [];
  return {
    ok: found.ok,
    keys: identities.map(({ recipient, source }) => [recipient, source]),
    problems: found.problems,
  };
}

const secretOf = ({ keyFile }: NewIdentity): string => keyFile.split('\n')[2] ?? '';

describe('a key is found', () => {
  test('nowhere: that is no problem', async () => {
    expect(await find()).toEqual({ ok: true, keys: [], problems: [] });
  });

  test('in age.key of the project', async () => {
    await put(join(root, 'age.key'), key.keyFile);
    expect(await find()).toEqual({ ok: true, keys: [[key.recipient, 'age.key']], problems: [] });
  });

  test('in $SOPS_AGE_KEY, several on a line', async () => {
    const other = newIdentity();
    const { keys } = await find({ SOPS_AGE_KEY: `# two keys\n${secretOf(key)} ${secretOf(other)}\n` });
    expect(keys).toEqual([
      [key.recipient, '$SOPS_AGE_KEY'],
      [other.recipient, '$SOPS_AGE_KEY'],
    ]);
  });

  test('in the file that $SOPS_AGE_KEY_FILE names, relative to the project', async () => {
    await put(join(root, 'keys', 'mine.txt'), key.keyFile);
    const { keys } = await find({ SOPS_AGE_KEY_FILE: 'keys/mine.txt' });
    expect(keys).toEqual([[key.recipient, '$SOPS_AGE_KEY_FILE (keys/mine.txt)']]);
  });

  test("in the user's own file", async () => {
    const path = await put(usersKeyFile(environment(), process.platform) ?? '', key.keyFile);
    expect((await find()).keys).toEqual([[key.recipient, path]]);
  });

  test('by $SOPS_AGE_KEY_CMD, in the folder of the project and without a shell', async () => {
    await put(join(root, 'a file'), key.keyFile);
    const print = 'process.stdout.write(fs.readFileSync(process.argv[1]))';
    const { keys } = await find({ SOPS_AGE_KEY_CMD: `'${process.execPath}' -e "${print}" 'a file'` });
    expect(keys).toEqual([[key.recipient, '$SOPS_AGE_KEY_CMD']]);
  });

  test('in all places at once; the same key counts once', async () => {
    const other = newIdentity();
    await put(join(root, 'age.key'), key.keyFile);
    await put(join(root, 'other'), other.keyFile);
    const { keys } = await find({ SOPS_AGE_KEY: secretOf(key), SOPS_AGE_KEY_FILE: 'other', SOPS_AGE_KEY_CMD: '' });
    expect(keys.map(([, source]) => source)).toEqual(['$SOPS_AGE_KEY', '$SOPS_AGE_KEY_FILE (other)']);
  });
});

describe('what is wrong is told by its place, never by a part of the key', () => {
  const part = () => secretOf(key).slice(16, 40);

  test.each([
    ['$SOPS_AGE_KEY', { SOPS_AGE_KEY: 'CUT' }],
    ['$SOPS_AGE_KEY_FILE (missing)', { SOPS_AGE_KEY_FILE: 'missing' }],
    ['$SOPS_AGE_KEY_CMD', { SOPS_AGE_KEY_CMD: `'${process.execPath}' -e "console.log('CUT'); process.exit(3)"` }],
    ['$SOPS_AGE_KEY_CMD', { SOPS_AGE_KEY_CMD: `'${process.execPath}' -e "console.log('CUT')"` }],
    ['$SOPS_AGE_KEY_CMD', { SOPS_AGE_KEY_CMD: "echo 'CUT" }],
  ])('%s', async (source, set) => {
    const cut = secretOf(key).slice(0, -3);
    const env = Object.fromEntries(Object.entries(set).map(([name, text]) => [name, text.replace('CUT', cut)]));
    const { ok, problems } = await find(env);
    expect(ok).toBe(false);
    expect(problems).toMatchObject([{ code: 'bad-age-key', severity: 'error' }]);
    expect(problems[0]?.message.startsWith(source)).toBe(true);
    expect(JSON.stringify(problems)).not.toContain(part());
  });

  test('a command that is not there', async () => {
    expect((await find({ SOPS_AGE_KEY_CMD: 'no-such-program-here' })).problems).toMatchObject([
      { code: 'program-not-found' },
    ]);
  });

  test('age.key that is a folder', async () => {
    await mkdir(join(root, 'age.key'));
    expect((await find()).problems).toMatchObject([{ code: 'folder-in-the-way', severity: 'error', file: 'age.key' }]);
  });

  test("the user's own file: only a warning, for it serves other projects too", async () => {
    await put(usersKeyFile(environment(), process.platform) ?? '', `${secretOf(key)}\nssh-ed25519 AAAA\n`);
    const { ok, keys, problems } = await find();
    expect({ ok, keys: keys.length }).toEqual({ ok: true, keys: 1 });
    expect(problems).toMatchObject([{ code: 'bad-age-key', severity: 'warning' }]);
  });

  test.skipIf(!posix)('a file that others may read', async () => {
    await put(join(root, 'age.key'), key.keyFile, 0o644);
    const { keys, problems } = await find();
    expect(keys).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'age-key-readable', severity: 'warning' }]);
  });

  test('a file that is too large, or has no end', async () => {
    await put(join(root, 'large'), 'x'.repeat(200_000));
    for (const path of ['large', ...(posix ? ['/dev/zero'] : [])])
      expect((await find({ SOPS_AGE_KEY_FILE: path })).problems).toMatchObject([
        { code: 'bad-age-key', message: `$SOPS_AGE_KEY_FILE (${path}) is too large to be a key file` },
      ]);
  });

  test('SOPS_AGE_RECIPIENTS, which sops would obey', async () => {
    const { ok, problems } = await find({ SOPS_AGE_RECIPIENTS: key.recipient });
    expect(ok).toBe(true);
    expect(problems).toMatchObject([{ code: 'sops-age-recipients-set', severity: 'warning' }]);
  });
});

describe('a key behind a passphrase', () => {
  async function locked(): Promise<string> {
    const encrypter = new Encrypter();
    encrypter.setPassphrase('words');
    encrypter.setScryptWorkFactor(8);
    return armor.encode(await encrypter.encrypt(key.keyFile));
  }
  const all = async (set: Record<string, string> = {}) => {
    const found = await findIdentities(root, environment(set));
    return { files: found.ok ? found.value.locked : [], problems: found.problems };
  };

  test('is found in every place, and opened only on demand', async () => {
    await put(join(root, 'age.key'), await locked());
    const { files, problems } = await all({ SOPS_AGE_KEY: await locked() });
    expect(files.map(({ source }) => source)).toEqual(['$SOPS_AGE_KEY', 'age.key']);
    expect(problems).toEqual([]);
    const opened = await Promise.all(files.map(({ open }) => open('words')));
    expect(opened.map((keys) => keys?.identities[0]?.unknownToSops)).toEqual([undefined, true]);
  });

  test('is one, though two places name it', async () => {
    await put(join(root, 'age.key'), await locked());
    const { files } = await all({ SOPS_AGE_KEY_FILE: './age.key' });
    expect(files.map(({ source }) => source)).toEqual(['$SOPS_AGE_KEY_FILE (./age.key)']);
  });

  test('may be readable by others: they would need the passphrase', async () => {
    await put(join(root, 'age.key'), await locked(), 0o644);
    expect((await all()).problems).toEqual([]);
  });
});

describe('whether sops would find a key too', () => {
  const known = async (set: Record<string, string> = {}) => {
    const found = await findIdentities(root, environment(set));
    return found.ok ? found.value.identities.map(({ source, unknownToSops = false }) => [source, !unknownToSops]) : [];
  };

  test('not in age.key of the project', async () => {
    await put(join(root, 'age.key'), key.keyFile);
    expect(await known()).toEqual([['age.key', false]]);
  });

  test('in any of its own places', async () => {
    await put(join(root, 'age.key'), key.keyFile);
    expect(await known({ SOPS_AGE_KEY: secretOf(key) })).toEqual([['$SOPS_AGE_KEY', true]]);
    await put(usersKeyFile(environment(), process.platform) ?? '', key.keyFile);
    expect(await known()).toEqual([['age.key', true]]);
  });
});

test.each([
  ['linux', { HOME: '/h' }, '/h/.config/sops/age/keys.txt'],
  ['linux', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/sops/age/keys.txt'],
  ['darwin', { HOME: '/h' }, '/h/Library/Application Support/sops/age/keys.txt'],
  ['darwin', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/sops/age/keys.txt'],
  ['win32', { AppData: '/a', HOME: '/h' }, '/a/sops/age/keys.txt'],
  ['win32', { APPDATA: '/a' }, '/a/sops/age/keys.txt'],
  ['win32', { HOME: '/h' }, null],
  ['linux', {}, null],
] as const)("on %s the user's own file, by %j, is %s", (platform, env, path) => {
  expect(usersKeyFile(env, platform)?.replaceAll('\\', '/') ?? null).toBe(path);
});

test.each([
  ['one two', ['one', 'two']],
  ["  'a b'  c\\ d ", ['a b', 'c d']],
  ['x"y z"w', ['xy zw']],
  ['"a \\" b"', ['a " b']],
  ["'a \\ b'", ['a \\ b']],
  ["''", ['']],
  ['', []],
  ["it's", null],
  ['"', null],
])('%j is split into %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

describe('writing a key', () => {
  test('makes a file that only its owner may read', async () => {
    const path = join(root, 'age.key');
    expect(await writeKeyFile(path, key.keyFile)).toMatchObject({ ok: true });
    expect(await readFile(path, 'utf8')).toBe(key.keyFile);
    expect((await find()).keys).toEqual([[key.recipient, 'age.key']]);
  });

  test.skipIf(!posix)('whatever the umask says', async () => {
    const path = join(root, 'age.key');
    const before = process.umask(0);
    await writeKeyFile(path, key.keyFile).finally(() => process.umask(before));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('never goes over a file that is there', async () => {
    const path = await put(join(root, 'age.key'), 'mine');
    expect((await writeKeyFile(path, key.keyFile)).problems).toMatchObject([{ code: 'age-key-exists' }]);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('tells what the system refuses', async () => {
    const problems = (await writeKeyFile(join(root, 'no', 'age.key'), key.keyFile)).problems;
    expect(problems).toMatchObject([{ code: 'file-vanished', severity: 'error' }]);
  });
});
