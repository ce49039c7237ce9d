import { describe, expect, test } from 'vitest';
import { howToGet, managersOf } from '../../scripts/system/install-words.ts';
import { PROGRAMS, type ProgramName } from '../../scripts/system/programs.ts';

describe('howToGet', () => {
  test.each([
    ['tofu', 'darwin', ['brew'], 'brew install opentofu'],
    ['tofu', 'darwin', ['brew', 'mise'], 'mise install'],
    ['task', 'linux', ['apt-get', 'brew'], 'brew install go-task'],
    ['git', 'linux', ['mise', 'apt-get'], 'sudo apt-get install git'],
    ['tofu', 'linux', ['apt-get'], 'see https://opentofu.org/docs/intro/install/'],
    ['tofu', 'win32', ['winget'], 'winget install OpenTofu.Tofu'],
    ['sops', 'win32', ['scoop'], 'scoop install sops'],
    ['age', 'freebsd', [], 'see https://github.com/FiloSottile/age#installation'],
  ] as const)('%s on %s with %j', (program, platform, present, words) => {
    expect(howToGet(program, platform, new Set(present))).toBe(words);
  });

  test.each(['darwin', 'linux', 'win32', 'aix'])(
    'on %s every program has a way, with every manager and with none',
    (platform) => {
      for (const program of Object.keys(PROGRAMS) as ProgramName[]) {
        for (const managers of [[], managersOf(platform), ...managersOf(platform).map((name) => [name])]) {
          expect(howToGet(program, platform, new Set(managers))).toMatch(/\w{3}/);
        }
      }
    },
  );
});
