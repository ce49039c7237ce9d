/** What a user's other programs have as configuration: changed whole, for nobody else to read. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { writeUserConfig } from '../../scripts/system/user-config.ts';
import { emptyFolder } from '../support/project.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe.skipIf(process.platform === 'win32')('a configuration of the user’s', () => {
  test('is made with its folder, for the user alone', async () => {
    const path = join(emptyFolder(), '.kube/config');
    expect(await writeUserConfig(path, 'a: 1\n')).toMatchObject({ ok: true });
    expect([readFileSync(path, 'utf8'), modeOf(path), modeOf(join(path, '..'))]).toEqual(['a: 1\n', 0o600, 0o700]);
  });

  test('is closed where it was open', async () => {
    const path = join(emptyFolder(), 'config');
    writeFileSync(path, 'old', { mode: 0o644 });
    await writeUserConfig(path, 'new');
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['new', 0o600]);
  });

  test('is changed where a link leads', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', join(folder, 'config'));
    await writeUserConfig(join(folder, 'config'), 'new');
    expect(lstatSync(join(folder, 'config')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('new');
  });

  test('stays as it is where it cannot be written, and nothing lies beside it', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'config'));
    expect(await writeUserConfig(join(folder, 'config'), 'new')).toMatchObject({ ok: false });
    expect(readdirSync(folder)).toEqual(['config']);
    if (process.getuid?.() === 0) return;
    writeFileSync(join(folder, 'closed'), 'old');
    chmodSync(folder, 0o500);
    expect(await writeUserConfig(join(folder, 'closed'), 'new')).toMatchObject({ ok: false });
    chmodSync(folder, 0o700);
    expect(readFileSync(join(folder, 'closed'), 'utf8')).toBe('old');
  });
});
