import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { lockCall, trustOf } from '../../scripts/tofu/http-backend.ts';
import { holderText, lockToldIn, readLockInfo, unknownLock } from '../../scripts/tofu/lock-info.ts';

const LOCK = {
  ID: '5f3e9c1a-0000-4000-8000-1234567890ab',
  Operation: 'OperationTypeApply',
  Who: 'alice@laptop',
  Created: '2026-11-20T10:11:12.123456789Z',
};

describe('who holds a lock', () => {
  test('is said with what is known', () => {
    const text = JSON.stringify(LOCK);
    expect(readLockInfo(text)).toMatchObject({ id: LOCK.ID, text });
    expect(holderText(readLockInfo(text)!)).toBe('alice@laptop holds it since 2026-11-20 10:11:12 UTC (apply)');
    expect(holderText(unknownLock('x'))).toBe('the backend does not tell who holds it');
  });

  test.each(['', 'locked', '[]', '{}', '{"ID": ""}', '{"ID": 7}', 'null'])('%j is no lock', (text) => {
    expect(readLockInfo(text)).toBeNull();
  });

  test('is read from what tofu prints in a frame, and from nothing else', () => {
    const printed = `╷\n│ Error: Error acquiring the state lock\n│ \n│ Error message: resource temporarily unavailable\n│ Lock Info:
│   ID:        ${LOCK.ID}\n│   Path:      \n│   Operation: OperationTypeApply\n│   Who:       alice@laptop\n│   Version:   1.12.6
│   Created:   2026-11-20 10:11:12.123456789 +0000 UTC\n│   Info:      \n╵\n`;
    const lock = lockToldIn(printed);
    expect(lock?.id).toBe(LOCK.ID);
    expect(holderText(lock!)).toBe('alice@laptop holds it since 2026-11-20 10:11:12 UTC (apply)');
    expect(lockToldIn('Error acquiring the state lock: access denied')).toBeNull();
  });
});

describe('the request that locks', () => {
  const secrets = new Map([
    ['tfstate_username', secret('terraform')],
    ['tfstate_password', secret('pass:word')],
  ]);
  const settings = { lock_address: 'https://s.example/lock', unlock_address: 'https://s.example/unlock' };

  test('has the methods of OpenTofu, or those of the backend block, which count before the environment', () => {
    const method = (own: object, env: Record<string, string>, what: 'lock' | 'unlock'): string =>
      lockCall({ settings: { ...settings, ...own }, secrets, env }, what, '').method;
    expect([method({}, {}, 'lock'), method({}, {}, 'unlock')]).toEqual(['LOCK', 'UNLOCK']);
    expect(method({}, { TF_HTTP_LOCK_METHOD: 'PUT' }, 'lock')).toBe('PUT');
    expect(method({ unlock_method: 'DELETE' }, { TF_HTTP_UNLOCK_METHOD: 'PUT' }, 'unlock')).toBe('DELETE');
  });

  test('logs in as the project does, or as the environment says', () => {
    const sent = (known: typeof secrets, env = {}) => lockCall({ settings, secrets: known, env }, 'unlock', 'x');
    expect(sent(secrets)).toMatchObject({
      url: 'https://s.example/unlock',
      headers: { authorization: `Basic ${Buffer.from('terraform:pass:word').toString('base64')}` },
    });
    const env = { TF_HTTP_USERNAME: 'u', TF_HTTP_PASSWORD: 'p' };
    expect(sent(new Map(), env).headers['authorization']).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    expect(sent(new Map()).headers).toEqual({ 'content-type': 'application/json' });
  });

  test('has no address where the backend has none', () => {
    expect(lockCall({ settings: {}, secrets, env: {} }, 'lock', '').url).toBe('');
  });

  test('takes headers and trust from the block', () => {
    const backend = {
      settings: { ...settings, headers: { 'Private-Token': 'x' }, skip_cert_verification: true },
      secrets: new Map(),
      env: { TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: 'PEM' },
    };
    expect(lockCall(backend, 'lock', '').headers).toMatchObject({ 'private-token': 'x' });
    expect(trustOf(backend)).toEqual({ insecure: true, ca: 'PEM' });
    expect(trustOf({ settings, secrets, env: {} })).toEqual({ insecure: false });
  });
});
