/**
 * Certificates and their authorities, made anew at each start: `node:crypto` signs but cannot write a certificate, and a
 * committed private key would be a bad habit. Source of the format: RFC 5280 in DER (X.690).
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, text: 19, sequence: 48, set: 49, time: 23 };
/** Object identifiers, encoded. */
const OID = {
  ec: '2a8648ce3d040302', // ECDSA with SHA-256
  ed25519: '2b6570',
  commonName: '550403',
  organization: '55040a',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
  clientAuth: '2b06010505070302',
};
const DAY = 86_400_000;

/** One element: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

function lengthOf(size: number): readonly number[] {
  if (size < 0x80) return [size];
  return size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...items);
const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));
const bits = (bytes: Uint8Array, unused = 0): Buffer => der(TAG.bits, Buffer.from([unused]), bytes);
const flag = der(TAG.boolean, Buffer.from([0xff]));
/** Element `number` of a choice or of optional members; 0xa0 where it has members itself, 0x80 where it is plain bytes. */
const numbered = (form: 0xa0 | 0x80, number: number, contents: Uint8Array): Buffer => der(form + number, contents);

/** What a certificate calls its owner; roles of Talos and groups of Kubernetes are organizations. */
export interface Name {
  readonly common?: string;
  readonly organization?: string;
}

function encodeName({ organization, common }: Name): Buffer {
  const part = (id: string, text: string | undefined): readonly Buffer[] =>
    text === undefined ? [] : [der(TAG.set, sequence(oid(id), der(TAG.text, Buffer.from(text))))];
  return sequence(...part(OID.organization, organization), ...part(OID.commonName, common));
}

/** YYMMDDHHMMSSZ */
const time = (milliseconds: number): Buffer =>
  der(
    TAG.time,
    Buffer.from(
      `${new Date(milliseconds)
        .toISOString()
        .replaceAll(/[-:T]|\..*/g, '')
        .slice(2)}Z`,
    ),
  );

const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(critical ? [flag] : []), der(TAG.octets, value));

const authorityExtensions = (): readonly Buffer[] => [
  extension(OID.basicConstraints, true, sequence(flag)),
  extension(OID.keyUsage, true, bits(Buffer.from([0b0000_0110]), 1)), // signs certificates and revocation lists
];

function memberExtensions({ hosts = [], use = 'serverAuth' }: Wanted): readonly Buffer[] {
  const names = extension(OID.subjectAltName, false, sequence(...hosts.map(alternativeName)));
  return [extension(OID.extendedKeyUsage, false, sequence(oid(OID[use]))), ...(hosts.length > 0 ? [names] : [])];
}

function alternativeName(host: string): Buffer {
  if (isIPv4(host)) return numbered(0x80, 7, Buffer.from(host.split('.').map(Number)));
  return numbered(0x80, 2, Buffer.from(host));
}

type KeyKind = 'ec' | 'ed25519';

const newKeys = (kind: KeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =>
  kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');

/** Who signs. */
export interface Authority {
  /** PEM. */
  readonly cert: string;
  /** Its name as it is encoded: issuer of what it signs. */
  readonly subject: Uint8Array;
  readonly key: KeyObject;
}

/** @returns the certificate as PEM */
function certify(
  issuer: Pick<Authority, 'subject' | 'key'>,
  subject: Uint8Array,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const now = Date.now();
  const kind = issuer.key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'ec';
  const algorithm = sequence(oid(OID[kind]));
  const body = sequence(
    numbered(0xa0, 0, der(TAG.integer, Buffer.from([2]))), // version 3
    der(TAG.integer, Buffer.from([1]), randomBytes(15)), // the first byte keeps it positive
    algorithm,
    issuer.subject,
    sequence(time(now - DAY), time(now + 90 * DAY)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    numbered(0xa0, 3, sequence(...extensions)),
  );
  const signature = sign(kind === 'ec' ? 'sha256' : null, body, issuer.key);
  const lines =
    sequence(body, algorithm, bits(signature))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

export function newAuthority(name: Name, kind: KeyKind = 'ec'): Authority {
  const { publicKey, privateKey } = newKeys(kind);
  const subject = encodeName(name);
  return {
    cert: certify({ subject, key: privateKey }, subject, publicKey, authorityExtensions()),
    subject,
    key: privateKey,
  };
}

/**
 * An authority that others made.
 * @param cert PEM
 * @param key PEM, PKCS #8 whatever its label says, or SEC 1
 */
export function authorityFrom(cert: string, key: string): Authority {
  const pem = key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY');
  return { cert, subject: subjectOf(new X509Certificate(cert).raw), key: createPrivateKey(pem) };
}

/** The sixth element of what is signed: version, serial number, algorithm, issuer, validity, subject. */
function subjectOf(certificate: Uint8Array): Uint8Array {
  let at = contentsAt(certificate, contentsAt(certificate, 0));
  for (let skipped = 0; skipped < 5; skipped += 1) at = endAt(certificate, at);
  return certificate.subarray(at, endAt(certificate, at));
}

/** Where the contents of the element that begins at `at` begin. */
const contentsAt = (bytes: Uint8Array, at: number): number => at + 2 + longLength(bytes, at);

/** How many bytes its length takes beyond the first. */
const longLength = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at + 1] ?? 0;
  return first < 0x80 ? 0 : first & 0x7f;
};

function endAt(bytes: Uint8Array, at: number): number {
  const long = longLength(bytes, at);
  const size = long === 0 ? (bytes[at + 1] ?? 0) : Buffer.from(bytes).readUIntBE(at + 2, long);
  return contentsAt(bytes, at) + size;
}

/** All as PEM. */
export interface Certificates {
  /** What a client must trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  readonly name: Name;
  /** Names and IPv4 addresses under which it is reached. */
  readonly hosts?: readonly string[];
  readonly use?: 'serverAuth' | 'clientAuth';
  readonly kind?: KeyKind;
}

/** A new key and its certificate. */
export function issue(authority: Authority, wanted: Wanted): Certificates {
  const { publicKey, privateKey } = newKeys(wanted.kind ?? 'ec');
  return {
    ca: authority.cert,
    cert: certify(authority, encodeName(wanted.name), publicKey, memberExtensions(wanted)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** @param hosts names and IPv4 addresses under which the server is reached */
export const makeCertificates = (hosts: readonly string[]): Certificates =>
  issue(newAuthority({ common: 'Simulated authority' }), { name: { common: hosts[0] ?? 'localhost' }, hosts });
