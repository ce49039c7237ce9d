/** Who can open what: `.sops.yaml` and the files that it covers change together, or not at all. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_RECIPIENT } from '../secrets/sample.ts';
import { changedLines, sops, SOPS } from '../secrets/support.ts';
import { digests, nigari, type Run } from '../support/project.ts';
import { clearOf, put, sealedProject, textOf } from '../support/sealed.ts';

interface Pair {
  readonly key: string;
  readonly recipient: string;
}

let [bob, hybrid]: readonly [Pair, Pair] = [
  { key: '', recipient: '' },
  { key: '', recipient: '' },
];
beforeAll(async () => {
  const made = [await generateX25519Identity(), await generateHybridIdentity()];
  const [one, two] = await Promise.all(made.map(async (key) => ({ key, recipient: await identityToRecipient(key) })));
  [bob, hybrid] = [one as Pair, two as Pair];
});

const FILES = {
  'cluster.sops.yaml': '# why\na: one\nb:\n    - 2\n    - three\n',
  'infrastructure/secrets.sops.yaml': 'tfstate_password: four\n',
};
const PATHS = Object.keys(FILES) as readonly (keyof typeof FILES)[];
const recipients = (folder: string, ...args: readonly string[]): Run =>
  nigari(folder, ['secrets', 'recipients', ...args]);

function expectRefused(folder: string, args: readonly string[], code: string): Run {
  const before = digests(folder);
  const ended = recipients(folder, ...args);
  expect(ended.status, ended.all).toBe(2);
  expect(ended.stderr).toContain(`(${code})`);
  expect(digests(folder)).toEqual(before);
  return ended;
}

const dataLines = (text: string): readonly string[] => text.split('\n').filter((line) => line.includes('ENC['));

describe('add', () => {
  test('changes one line of .sops.yaml, and of each file its block alone', async () => {
    const folder = await sealedProject(FILES);
    const [config, ...old] = ['.sops.yaml', ...PATHS].map((path) => textOf(folder, path));
    const { status, stdout } = recipients(folder, 'add', bob.recipient);
    expect(status, stdout).toBe(0);
    expect(textOf(folder, '.sops.yaml')).toBe(
      config?.replace(SAMPLE_RECIPIENT, `${SAMPLE_RECIPIENT},${bob.recipient}`),
    );
    for (const [index, path] of PATHS.entries()) {
      const now = textOf(folder, path);
      expect(dataLines(now)).toEqual(dataLines(old[index] ?? ''));
      expect(now.split('\n').filter((line) => line.includes('recipient:'))).toHaveLength(2);
      expect(changedLines(now, old[index] ?? '')).toEqual([]);
      expect(stdout).toContain(`${path}: sealed for it too`);
    }
  });

  test('lets the new key open every file, ours and a post-quantum one', async () => {
    const folder = await sealedProject(FILES);
    expect(recipients(folder, 'add', bob.recipient, hybrid.recipient).status).toBe(0);
    rmSync(join(folder, 'age.key'));
    for (const { key } of [bob, hybrid]) {
      const shown = nigari(folder, ['secrets', 'show', 'a'], { SOPS_AGE_KEY: key });
      expect(shown.stdout, shown.all).toBe('one');
    }
  });

  test('is done already, or is completed where a file lacks it', async () => {
    const folder = await sealedProject(FILES);
    const old = textOf(folder, PATHS[0] as string);
    recipients(folder, 'add', bob.recipient);
    const before = digests(folder);
    expect(recipients(folder, 'add', bob.recipient)).toMatchObject({
      status: 0,
      stdout: 'nothing to change: the rules and all files say so already\n',
    });
    expect(digests(folder)).toEqual(before);
    put(folder, PATHS[0] as string, old);
    const again = recipients(folder, 'add', bob.recipient, '--json');
    expect(JSON.parse(again.stdout)).toEqual({
      added: [bob.recipient],
      rules: [],
      resealed: [PATHS[0]],
      skipped: [],
    });
  });

  test.each([
    ['what is no key', ['age1nonsense'], 'bad-recipient'],
    ['a private key, which is not shown', ['AGE-SECRET-KEY-1PLANTED'], 'bad-recipient'],
    ['an ssh key', ['ssh-ed25519'], 'bad-recipient'],
    ['a rule that is not there', [SAMPLE_RECIPIENT, '--rule', '7'], 'no-such-rule'],
    ['a path that no rule covers', [SAMPLE_RECIPIENT, '--rule', 'x.txt'], 'no-such-rule'],
  ])('refuses %s', async (_, args, code) => {
    expect(expectRefused(await sealedProject(FILES), ['add', ...args], code).all).not.toContain('PLANTED');
  });

  test('refuses as long as one file does not open here', async () => {
    const folder = await sealedProject(FILES);
    const damaged = textOf(folder, PATHS[1] as string).replace('data:', 'data:A');
    put(folder, PATHS[1] as string, damaged);
    expectRefused(folder, ['add', bob.recipient], 'sealed-damaged');
    put(folder, 'age.key', `${bob.key}\n`);
    expectRefused(folder, ['add', bob.recipient], 'no-key');
  });

  test('tells of files that only sops can seal anew, and of one that is in clear', async () => {
    const config = `creation_rules:\n  - age: ${SAMPLE_RECIPIENT}\n`;
    const folder = await sealedProject(FILES, {
      '.sops.yaml': config,
      'x.sops.json': '{}',
      'clear.sops.yaml': 'a: 1\n',
    });
    const { status, stderr } = recipients(folder, 'add', bob.recipient);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('sops updatekeys x.sops.json');
    expect(stderr).toContain('(not-sealed)');
  });
});

describe('remove', () => {
  test('encrypts every value anew under a new data key', async () => {
    const folder = await sealedProject(FILES);
    recipients(folder, 'add', bob.recipient);
    const old = PATHS.map((path) => textOf(folder, path));
    const { status, stdout } = recipients(folder, 'remove', bob.recipient);
    expect(status).toBe(0);
    expect(stdout).toContain('change them');
    expect(textOf(folder, '.sops.yaml')).not.toContain(bob.recipient);
    for (const [index, path] of PATHS.entries()) {
      const now = textOf(folder, path);
      expect(now).not.toContain(bob.recipient);
      expect(dataLines(now).filter((line) => dataLines(old[index] ?? '').includes(line))).toEqual([]);
      expect(await clearOf(folder, path)).toBe(FILES[path]);
    }
    rmSync(join(folder, 'age.key'));
    const shown = nigari(folder, ['secrets', 'show', 'a'], { SOPS_AGE_KEY: bob.key });
    expect(shown.stderr).toContain('(no-key)');
  });

  test('refuses the last one, and the only one whose key is here without --force', async () => {
    const folder = await sealedProject(FILES);
    expectRefused(folder, ['remove', SAMPLE_RECIPIENT, '--force'], 'last-recipient');
    recipients(folder, 'add', bob.recipient);
    expectRefused(folder, ['remove', SAMPLE_RECIPIENT], 'own-key-removed');
    expect(recipients(folder, 'remove', SAMPLE_RECIPIENT, '--force').status).toBe(0);
    expect(nigari(folder, ['secrets', 'show', 'a'], { SOPS_AGE_KEY: bob.key }).stdout).toBe('one');
    expect(nigari(folder, ['secrets', 'show', 'a']).stderr).toContain('(no-key)');
  });

  test('of one rule leaves the files of the other as they are', async () => {
    const config = `creation_rules:
  - path_regex: ^cluster # ours
    key_groups:
      - age:
          - ${SAMPLE_RECIPIENT}
          - ${bob.recipient} # Bob
  - age: ${SAMPLE_RECIPIENT}, ${bob.recipient}
`;
    const folder = await sealedProject(FILES, { '.sops.yaml': config });
    const other = textOf(folder, PATHS[1] as string);
    expect(recipients(folder, 'remove', bob.recipient, '--rule', 'cluster.sops.yaml').status).toBe(0);
    expect(textOf(folder, '.sops.yaml')).toBe(config.replace(/.*# Bob\n/, ''));
    expect(textOf(folder, PATHS[0] as string)).not.toContain(bob.recipient);
    expect(textOf(folder, PATHS[1] as string)).toBe(other);
  });
});

test('list names the rules, who opens what they seal, and whose key is here', async () => {
  const folder = await sealedProject(FILES);
  recipients(folder, 'add', bob.recipient);
  expect(recipients(folder, 'list').stdout).toBe(
    `rule 1, \\.sops\\.ya?ml$: 2 sealed files\n  ${SAMPLE_RECIPIENT}  (its key is here)\n  ${bob.recipient}\n`,
  );
  expect(JSON.parse(recipients(folder, 'list', '--rule', '1', '--json').stdout)).toEqual({
    rules: [
      {
        rule: 1,
        path: '\\.sops\\.ya?ml$',
        recipients: [
          { recipient: SAMPLE_RECIPIENT, keyHere: true },
          { recipient: bob.recipient, keyHere: false },
        ],
        files: PATHS,
      },
    ],
  });
});

test.each(['add', 'remove'])('%s without .sops.yaml says what to do', async (verb) => {
  const folder = await sealedProject(FILES);
  rmSync(join(folder, '.sops.yaml'));
  expectRefused(folder, [verb, bob.recipient], 'no-sops-config');
});

test.skipIf(SOPS === null)('sops opens what was added, removed and rotated', async () => {
  const folder = await sealedProject(FILES);
  const opened = () => sops(['decrypt'], textOf(folder, 'cluster.sops.yaml'));
  const wanted = FILES['cluster.sops.yaml'];
  recipients(folder, 'add', bob.recipient, hybrid.recipient);
  expect(opened()).toBe(wanted);
  recipients(folder, 'remove', bob.recipient);
  expect(opened()).toBe(wanted);
  nigari(folder, ['secrets', 'rotate']);
  expect(opened()).toBe(wanted);
});
