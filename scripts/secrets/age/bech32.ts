/** Bech32 (BIP 173, without its limit of length), in lower case: how age writes its keys. */

const CHARS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_CHARS = 6;

/** The bytes of a text with this prefix; null when it has another one, its checksum does not fit, or bits are left over. */
export function bech32Bytes(text: string, prefix: string): Uint8Array | null {
  if (!text.startsWith(`${prefix}1`)) return null;
  const words = Array.from(text.slice(prefix.length + 1), (char) => CHARS.indexOf(char));
  if (words.includes(-1) || words.length < CHECKSUM_CHARS) return null;
  const whole = checksum([...expanded(prefix), ...words]) === 1;
  return whole ? bytesOf(words.slice(0, -CHECKSUM_CHARS)) : null;
}

/** The inverse of `bech32Bytes`. */
export function bech32Text(bytes: Uint8Array, prefix: string): string {
  const words = wordsOf(bytes);
  const empty = Array.from({ length: CHECKSUM_CHARS }, () => 0);
  const sum = checksum([...expanded(prefix), ...words, ...empty]) ^ 1;
  const end = empty.map((_, index) => (sum >>> (5 * (CHECKSUM_CHARS - 1 - index))) & 31);
  return `${prefix}1${[...words, ...end].map((word) => CHARS[word]).join('')}`;
}

/** As the checksum sees a prefix. */
function expanded(prefix: string): readonly number[] {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if ((top >>> bit) & 1) sum ^= generator;
  }
  return sum;
}

/** Words of five bits as bytes; what fills the last word must be zero, and less than a word. */
function bytesOf(words: readonly number[]): Uint8Array | null {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const word of words) {
    held = (held << 5) | word;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return bits < 5 && held === 0 ? Uint8Array.from(bytes) : null;
}

/** Bytes as words of five bits, the last one filled up with zeros. */
function wordsOf(bytes: Uint8Array): readonly number[] {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((word) => Number.parseInt(word.padEnd(5, '0'), 2));
}
