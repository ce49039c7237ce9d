/** Whom programs written in Go trust on this machine: where OpenTofu speaks with a server, we do too. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import * as tls from 'node:tls';
import type { Env } from './user-files.ts';

/** The system's list: the first that is there counts. As in `crypto/x509/root_linux.go` and `root_bsd.go` of Go 1.25. */
const FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
];

/** Of macOS and Windows only Node 22.15 and newer know what their own lists have; Go asks them, and reads no file there. */
const { getCACertificates } = tls as { readonly getCACertificates?: (kind: 'system') => readonly string[] };

const known = new Map<string, Promise<tls.SecureContext>>();

/**
 * Node's own list, and what this machine adds to it: its system's list, or SSL_CERT_FILE in place of it
 * (https://pkg.go.dev/crypto/x509#SystemCertPool), SSL_CERT_DIR, and Node's NODE_EXTRA_CA_CERTS. A file that cannot be read adds
 * nothing. Read once in a process: it takes some tens of milliseconds.
 */
export function trusted(env: Env, lists: readonly string[] = FILES): Promise<tls.SecureContext> {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: folders = '', NODE_EXTRA_CA_CERTS: extra = '' } = env;
  const key = JSON.stringify([file, folders, extra, lists]);
  const context = known.get(key) ?? read(file ? [file] : lists, folders.split(':').filter(Boolean), extra);
  known.set(key, context);
  return context;
}

async function read(lists: readonly string[], folders: readonly string[], extra: string): Promise<tls.SecureContext> {
  const texts = await Promise.all([firstOf(lists), textOf(extra), ...folders.map(textsIn)]);
  const own = process.platform === 'linux' ? [] : (getCACertificates?.('system') ?? []);
  return tls.createSecureContext({ ca: [...tls.rootCertificates, ...own, ...texts].join('\n') });
}

async function firstOf(paths: readonly string[]): Promise<string> {
  const texts = await Promise.all(paths.map(textOf));
  return texts.find((text) => text !== '') ?? '';
}

async function textsIn(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  return (await Promise.all(names.map((name) => textOf(join(folder, name))))).join('\n');
}

/** @returns empty where there is none */
const textOf = async (path: string): Promise<string> => (path === '' ? '' : readFile(path, 'utf8').catch(() => ''));
