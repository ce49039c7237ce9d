/**
 * X25519 keys of age (age-encryption.org/v1) by Node's own OpenSSL, as `age-encryption` wants them: its WebCrypto takes
 * several times as long, and makes the public key of a private one anew for each file.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { Stanza, type Identity, type Recipient } from 'age-encryption';

const LABEL = 'age-encryption.org/v1/X25519';
const ALGORITHM = 'chacha20-poly1305';
const TAG_BYTES = 16;
/** A wrapping key encrypts one file key, and nothing else. */
const NONCE = new Uint8Array(12);

/** @param recipient the 32 bytes of a public key @throws Error when it is of low order, which no key pair has */
export function x25519Recipient(recipient: Uint8Array): Recipient {
  const peer = publicKeyOf(recipient);
  return {
    wrapFileKey: (fileKey) => {
      const once = generateKeyPairSync('x25519');
      const share = bytesOf(once.publicKey);
      const shared = diffieHellman({ privateKey: once.privateKey, publicKey: peer });
      const cipher = createCipheriv(ALGORITHM, wrappingKey(shared, share, recipient), NONCE, {
        authTagLength: TAG_BYTES,
      });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['X25519', share.toString('base64').replace(/=+$/, '')], body)];
    },
  };
}

/** @param scalar the 32 bytes of a private key */
export function x25519Identity(scalar: Uint8Array): Identity {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, scalar]), format: 'der', type: 'pkcs8' });
  const recipient = bytesOf(createPublicKey(privateKey));
  const unwrap = ({ args: [kind, share64 = ''], body }: Stanza): Uint8Array | null => {
    const share = Buffer.from(share64, 'base64');
    if (kind !== 'X25519' || share.length !== 32 || body.length <= TAG_BYTES) return null;
    const shared = diffieHellman({ privateKey, publicKey: publicKeyOf(share) });
    return decrypt(wrappingKey(shared, share, recipient), body);
  };
  return { unwrapFileKey: (stanzas) => stanzas.map(unwrap).find((fileKey) => fileKey !== null) ?? null };
}

/** What comes before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

function publicKeyOf(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
}

function bytesOf(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function wrappingKey(shared: Uint8Array, share: Uint8Array, recipient: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.concat([share, recipient]), LABEL, 32));
}

/** @returns null when the key is another one */
function decrypt(key: Uint8Array, body: Uint8Array): Uint8Array | null {
  const cipher = createDecipheriv(ALGORITHM, key, NONCE, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(body.subarray(-TAG_BYTES));
  const start = cipher.update(body.subarray(0, -TAG_BYTES));
  try {
    return Buffer.concat([start, cipher.final()]);
  } catch {
    return null;
  }
}
