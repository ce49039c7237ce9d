import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { expect, test } from 'vitest';
import { callFor } from '../../scripts/commands/context.ts';

test('nigari is called by npx, with the folder that was named', () => {
  expect(callFor('.')).toBe('npx nigari');
  expect(callFor('../other')).toBe('npx nigari --chdir ../other');
});

test.skipIf(process.platform === 'win32').each(['a b', "it's", '$HOME', '`date`', 'a"b', '*', '~', 'ü', ' '])(
  'the folder %j arrives as it is when the line is copied into a shell',
  (folder) => {
    const line = callFor(folder).replace('npx nigari', 'set --');
    const words = execFileSync('sh', ['-c', `${line}; printf '%s\\n' "$@"`], { encoding: 'utf8' });
    expect(words).toBe(`--chdir\n${folder}\n`);
  },
);
