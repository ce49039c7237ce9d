/** X25519 keys of age (age-encryption.org/v1) by Node's own OpenSSL: they wrap the key of a file, and unwrap it. */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { Stanza } from './age-file.ts';
import { decrypt, encrypt, TAG_BYTES } from './chacha20-poly1305.ts';

const LABEL = 'age-encryption.org/v1/X25519';
/** A wrapping key encrypts one file key, and nothing else. */
const NONCE = new Uint8Array(12);

/** @param recipient the 32 bytes of a public key @throws Error when it is of low order, which no key pair has */
export function wrapFor(recipient: Uint8Array): (fileKey: Uint8Array) => Stanza[] {
  const peer = publicKeyOf(recipient);
  return (fileKey) => {
    const once = generateKeyPairSync('x25519');
    const share = bytesOf(once.publicKey);
    const shared = diffieHellman({ privateKey: once.privateKey, publicKey: peer });
    const body = encrypt(wrappingKey(shared, share, recipient), NONCE, fileKey);
    return [{ args: ['X25519', share.toString('base64').replace(/=+$/, '')], body }];
  };
}

/** A key pair, to open with. */
export interface X25519Key {
  /** The 32 bytes of its public key. */
  readonly recipient: Uint8Array;
  /** @returns null when the file is for none of this key */
  readonly unwrapFileKey: (stanzas: Stanza[]) => Uint8Array | null;
}

/** @param scalar the 32 bytes of a private key */
export function x25519Key(scalar: Uint8Array): X25519Key {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, scalar]), format: 'der', type: 'pkcs8' });
  const recipient = bytesOf(createPublicKey(privateKey));
  const unwrap = ({ args: [kind, share64 = ''], body }: Stanza): Uint8Array | null => {
    const share = Buffer.from(share64, 'base64');
    if (kind !== 'X25519' || share.length !== 32 || body.length <= TAG_BYTES) return null;
    const shared = diffieHellman({ privateKey, publicKey: publicKeyOf(share) });
    return decrypt(wrappingKey(shared, share, recipient), NONCE, body);
  };
  return {
    recipient,
    unwrapFileKey: (stanzas) => stanzas.map(unwrap).find((fileKey) => fileKey !== null) ?? null,
  };
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
