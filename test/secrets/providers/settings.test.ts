import { expect, test } from 'vitest';
import { chosenProvider, settingsOf } from '../../../scripts/secrets/providers/settings.ts';

test('what is not written has the default of the schema', () => {
  expect(chosenProvider()).toBe('sops-age');
  expect(settingsOf('sops-age')).toEqual({ file: 'secrets.sops.yaml' });
  expect(settingsOf('ansible-vault')).toEqual({ file: 'secrets.vault.yaml' });
  expect(settingsOf('env')).toEqual({ prefix: 'NIGARI_' });
  expect(settingsOf('command')).toEqual({ timeout: 30 });
  expect(settingsOf('vault')).toEqual({ mount: 'secret', path: 'nigari', timeout: 10 });
});

test('what is written counts', () => {
  const secrets = { provider: 'env', env: { prefix: '', file: '.env' }, vault: { path: 'other' } } as const;
  expect(chosenProvider(secrets)).toBe('env');
  expect(settingsOf('env', secrets)).toEqual({ prefix: '', file: '.env' });
  expect(settingsOf('vault', secrets)).toEqual({ mount: 'secret', path: 'other', timeout: 10 });
});
