/** Whom programs written in Go trust on this machine, besides Node's own list. */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/**
 * SSL_CERT_FILE in place of the system's file, as Go has it (https://pkg.go.dev/crypto/x509#SystemCertPool); Node knows it not.
 * @returns PEM texts: Node's authorities, and those of the file; null where the variable names nothing that can be read
 */
export async function trustedAuthority(env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const file = env['SSL_CERT_FILE'];
  if (!file) return null;
  const own = await readFile(file, 'utf8').catch(() => null);
  return own === null ? null : [...rootCertificates, own].join('\n');
}
