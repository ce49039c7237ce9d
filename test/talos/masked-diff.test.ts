/** What a diff of machine configurations tells, and what not. */
import { describe, expect, test } from 'vitest';
import { maskedDiff } from '../../scripts/talos/masked-diff.ts';
import { isSecretKey } from '../../scripts/talos/sealed-patch.ts';

const isSecret = (key: string): boolean => isSecretKey(key) || key === 'ca.pem';

const CASES: readonly (readonly [what: string, diff: string, shown: string])[] = [
  ['a value', '-    password: old\n+    password: new', '-    password: ***\n+    password: ***'],
  ['what is none', '-    image: a:v1\n+    image: b:v1', '-    image: a:v1\n+    image: b:v1'],
  ['a list’s first key', ' - token: old', ' - token: ***'],
  ['a text', '-  ca.pem: |\n-    one\n-\n-    two: 2\n   next: 1', '-  ca.pem: |\n-    ***\n-\n-    ***\n   next: 1'],
  ['a list', '-  secret:\n-    - one\n-    - name: a\n   - next', '-  secret:\n-    - ***\n-    - name: a\n   - next'],
  ['a mapping', '   auth:\n-    username: a\n-    password: b', '   auth:\n-    username: a\n-    password: ***'],
  [
    'the middle of a text',
    '@@ -1,2 +1,2 @@\n-   MIIB\n   kind: X\n-  - a',
    '@@ -1,2 +1,2 @@\n-   ***\n   kind: X\n-  - a',
  ],
  ['names of files', '--- a\n+++ b', '--- a\n+++ b'],
  ['credentials in a URL', '+  a: http://me:pass@10.0.0.1:3128', '+  a: http://me:***@10.0.0.1:3128'],
  ['a token in a URL', '+apiUrl: grpc://10.0.0.1/?jointoken=abc&a=b', '+apiUrl: grpc://10.0.0.1/?jointoken=***&a=b'],
  ['an image', '+  image: r.example.com:5000/kubelet@sha256:1', '+  image: r.example.com:5000/kubelet@sha256:1'],
  ['no text at all', '', ''],
];

describe('a diff of machine configurations', () => {
  test.each(CASES)('%s', (_, diff, shown) => expect(maskedDiff(diff, isSecret)).toBe(shown));

  test.each([
    'password',
    'bootstrapToken',
    'privateKey',
    'identityToken',
    'passphrase',
    'aescbcEncryptionSecret',
    'auth',
  ])('%s is the name of a secret', (name) => expect(isSecretKey(name)).toBe(true));

  test.each(['image', 'publicKey', 'tokenTTL', 'authorized', 'secrets'])('%s is not', (name) =>
    expect(isSecretKey(name)).toBe(false),
  );
});
