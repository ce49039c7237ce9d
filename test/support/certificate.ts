/**
 * A certificate authority and a server certificate, made anew at each start: `node:crypto` signs but cannot write a
 * certificate, and a committed private key would be a bad habit. Source of the format: RFC 5280 in DER (X.690).
 */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, text: 12, sequence: 48, set: 49, time: 23 };
/** Object identifiers, encoded. */
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
};
const DAY = 86_400_000;

/** One element: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...items);
const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));
const bits = (bytes: Uint8Array, unused = 0): Buffer => der(TAG.bits, Buffer.from([unused]), bytes);
const flag = der(TAG.boolean, Buffer.from([0xff]));
/** Element `number` of a choice or of optional members; 0xa0 where it has members itself, 0x80 where it is plain bytes. */
const numbered = (form: 0xa0 | 0x80, number: number, contents: Uint8Array): Buffer => der(form + number, contents);

const ALGORITHM = sequence(oid(OID.ecdsaWithSha256));

const name = (common: string): Buffer =>
  sequence(der(TAG.set, sequence(oid(OID.commonName), der(TAG.text, Buffer.from(common)))));

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

const serverExtensions = (hosts: readonly string[]): readonly Buffer[] => [
  extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
  extension(OID.subjectAltName, false, sequence(...hosts.map(alternativeName))),
];

function alternativeName(host: string): Buffer {
  if (isIPv4(host)) return numbered(0x80, 7, Buffer.from(host.split('.').map(Number)));
  return numbered(0x80, 2, Buffer.from(host));
}

interface Party {
  readonly subject: Buffer;
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

const party = (common: string): Party => ({
  subject: name(common),
  keys: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
});

/** @returns the certificate as PEM */
function certify(subject: Party, issuer: Party, extensions: readonly Buffer[]): string {
  const now = Date.now();
  const body = sequence(
    numbered(0xa0, 0, der(TAG.integer, Buffer.from([2]))), // version 3
    der(TAG.integer, Buffer.from([1]), randomBytes(15)), // the first byte keeps it positive
    ALGORITHM,
    issuer.subject,
    sequence(time(now - DAY), time(now + 90 * DAY)),
    subject.subject,
    subject.keys.publicKey.export({ type: 'spki', format: 'der' }),
    numbered(0xa0, 3, sequence(...extensions)),
  );
  const signed = sequence(body, ALGORITHM, bits(sign('sha256', body, issuer.keys.privateKey)));
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** All as PEM. */
export interface Certificates {
  /** What a client must trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** @param hosts names and IPv4 addresses under which the server is reached */
export function makeCertificates(hosts: readonly string[]): Certificates {
  const authority = party('Simulated authority');
  const server = party(hosts[0] ?? 'localhost');
  return {
    ca: certify(authority, authority, authorityExtensions()),
    cert: certify(server, authority, serverExtensions(hosts)),
    key: server.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
