/**
 * Just enough of ZIP to look into a saved plan and to pack a provider. Source: PKWARE's APPNOTE, 4.3.7 (local header),
 * 4.3.12 (central directory), 4.3.16 (its end).
 */
import { crc32, inflateRawSync } from 'node:zlib';

const CENTRAL_HEADER = Buffer.from('PK\u0001\u0002', 'latin1');
const STORED = 0;

/** The unpacked entries of an archive by name; none when `archive` is no ZIP file. */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const entries = new Map<string, Buffer>();
  for (let at = archive.indexOf(CENTRAL_HEADER); at >= 0; at = archive.indexOf(CENTRAL_HEADER, at + 4)) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    entries.set(name, content(archive, at));
  }
  return entries;
}

function content(archive: Buffer, header: number): Buffer {
  const [method, size, local] = [
    archive.readUInt16LE(header + 10),
    archive.readUInt32LE(header + 20),
    archive.readUInt32LE(header + 42),
  ];
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  return method === STORED ? packed : inflateRawSync(packed);
}

const VERSION = 20;
/** That of files on Unix: they have a mode. */
const MADE_ON_UNIX = (3 << 8) | VERSION;
const EXECUTABLE = 0o100755;

/** An archive of one executable file, not compressed. */
export function zipOf(name: string, bytes: Uint8Array): Buffer {
  const about = Buffer.concat([words(VERSION, 0, STORED, 0, 0x21), longs(crc32(bytes), bytes.length, bytes.length)]);
  const local = Buffer.concat([longs(0x04034b50), about, words(name.length, 0), Buffer.from(name), bytes]);
  const rest = Buffer.concat([words(name.length, 0, 0, 0, 0), longs(EXECUTABLE * 0x10000, 0), Buffer.from(name)]);
  const central = Buffer.concat([CENTRAL_HEADER, words(MADE_ON_UNIX), about, rest]);
  const end = Buffer.concat([longs(0x06054b50), words(0, 0, 1, 1), longs(central.length, local.length), words(0)]);
  return Buffer.concat([local, central, end]);
}

const words = (...values: readonly number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
const longs = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
