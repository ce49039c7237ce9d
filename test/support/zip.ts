/** Just enough of ZIP to look into a saved plan. Source: PKWARE's APPNOTE, 4.3.7 (local header), 4.3.12 (central directory). */
import { inflateRawSync } from 'node:zlib';

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
