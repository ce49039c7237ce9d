/** What `git cat-file --batch` prints: `<id> blob <size>`, the bytes, a line break; or `<id> missing`. */

/** Gets the contents of one object after the other. */
export interface ObjectSink {
  readonly piece: (bytes: Uint8Array) => void;
  readonly end: () => void;
  /** In place of both: git does not have it, as in a partial clone without its server. */
  readonly missing: () => void;
}

/**
 * @param next called when an object begins, in the order in which they were asked for
 * @returns takes the output of git in pieces, wherever they are cut
 */
export function objectReader(next: () => ObjectSink): (bytes: Uint8Array) => void {
  let head = '';
  let sink: ObjectSink | null = null;
  let left = 0;
  const takeHead = (bytes: Uint8Array): number => {
    const end = bytes.indexOf(0x0a);
    head += Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
    if (end < 0) return bytes.length;
    const size = /^\S+ \S+ (\d+)$/.exec(head)?.[1];
    head = '';
    const object = next();
    if (size === undefined) object.missing();
    else [sink, left] = [object, Number(size)];
    return end + 1;
  };
  const takeContents = (object: ObjectSink, bytes: Uint8Array): number => {
    const length = Math.min(left, bytes.length);
    if (length > 0) object.piece(bytes.subarray(0, length));
    left -= length;
    // One more byte than the contents has: a line break.
    if (left > 0 || length === bytes.length) return length;
    object.end();
    sink = null;
    return length + 1;
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      at += sink === null ? takeHead(rest) : takeContents(sink, rest);
    }
  };
}
