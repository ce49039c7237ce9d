import { describe, expect, test } from 'vitest';
import { incompleteProviders, lockAttempt, lockedProviders, versionChanges } from '../../scripts/tofu/lock-file.ts';

const provider = (name: string, version: string, ...hashes: readonly string[]): string =>
  `provider "${name}" {\n  version     = "${version}"\n  constraints = "~> ${version}"\n  hashes = [\n` +
  `${hashes.map((hash) => `    "${hash}",\n`).join('')}  ]\n}\n`;

const PROXMOX = 'registry.opentofu.org/bpg/proxmox';
const RANDOM = 'registry.opentofu.org/hashicorp/random';
const TEXT = `# This file is maintained automatically by "tofu init".\n\n${provider(PROXMOX, '0.112.0', 'h1:a=', 'h1:b=')}\n${provider(RANDOM, '3.7.2', 'h1:c=', 'zh:d', 'zh:e')}`;

describe('the lock file', () => {
  test.each([TEXT, TEXT.replaceAll('\n', '\r\n')])('tells providers, versions, and for how many platforms', (text) => {
    expect(lockedProviders(text)).toEqual([
      { source: PROXMOX, version: '0.112.0', platforms: 2 },
      { source: RANDOM, version: '3.7.2', platforms: 1 },
    ]);
  });

  test.each(['', 'no HCL', 'provider "x" {\n', 'provider "x" {}\n'])('that says nothing, says nothing: %j', (text) => {
    expect(lockedProviders(text)).toEqual([]);
  });

  test.each<[platforms: string[], incomplete: string[]]>([
    [[], []],
    [['linux_amd64'], []],
    [['linux_amd64', 'linux_amd64'], []],
    [['linux_amd64', 'darwin_arm64'], [RANDOM]],
    [
      ['linux_amd64', 'darwin_arm64', 'linux_arm64'],
      [PROXMOX, RANDOM],
    ],
  ])('for %j lacks checksums of %j', (platforms, incomplete) => {
    expect(incompleteProviders(TEXT, platforms).map(({ source }) => source)).toEqual(incomplete);
  });

  test('an attempt is another one when file or platforms are others', () => {
    const attempts = [lockAttempt(TEXT, ['a']), lockAttempt(TEXT, ['a', 'b']), lockAttempt(`${TEXT}\n`, ['a'])];
    expect(new Set(attempts).size).toBe(3);
    expect(lockAttempt(TEXT, ['a'])).toBe(attempts[0]);
  });

  test('tells what went from which version to which', () => {
    const newer = provider(PROXMOX, '0.113.0') + provider('example.com/own/thing', '1.0.0');
    expect(versionChanges(TEXT, newer)).toEqual([
      'example.com/own/thing none → 1.0.0',
      'bpg/proxmox 0.112.0 → 0.113.0',
      'hashicorp/random 3.7.2 → none',
    ]);
    expect(versionChanges(TEXT, TEXT)).toEqual([]);
  });
});
