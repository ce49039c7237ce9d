/** Text of UTF-8 bytes, a byte order mark kept; null when they are not UTF-8. */
export function utf8(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}
