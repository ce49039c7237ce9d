/** Bytes of an input file → its text. Everything behind this works on a string. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';

/** Input files above this size are refused before they are parsed. */
export const MAX_INPUT_BYTES = 8 * 1024 * 1024;

const MEBIBYTE = 1024 * 1024;

/**
 * Decodes strictly; a byte order mark is dropped.
 * @returns the text, or `input-too-large`, `not-utf8`
 */
export function decodeText({ path, bytes }: SourceFile): Checked<string> {
  if (bytes.length > MAX_INPUT_BYTES) return refused(tooLarge(path, bytes.length));
  if (isUtf16(bytes)) return refused(notUtf8(path, '', 'is UTF-16, not UTF-8'));
  const text = decode(bytes, false);
  if (text !== null) return checked(text);
  const valid = validLength(bytes);
  const byte = (bytes[valid] ?? 0).toString(16).padStart(2, '0');
  return refused(
    notUtf8(path, decode(bytes.subarray(0, valid), true) ?? '', `is not UTF-8: the byte 0x${byte} cannot stand here`),
  );
}

/** By its byte order mark, or by the NUL beside the first character, which is ASCII in every file of ours. */
function isUtf16([first, second]: Uint8Array): boolean {
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return marked || (first === 0 && second !== 0) || (first !== 0 && second === 0);
}

/** @param open the bytes may end in the middle of a character, which is then left out */
function decode(bytes: Uint8Array, open: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: open });
  } catch {
    return null;
  }
}

/** How many bytes come before the first that cannot be; found by halving. */
function validLength(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length + 1];
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (decode(bytes.subarray(0, middle), true) === null) invalid = middle;
    else valid = middle;
  }
  return valid;
}

/** @param before the text in front of the fault */
function notUtf8(path: string, before: string, message: string): Problem {
  const lines = before.split('\n');
  return {
    code: 'not-utf8',
    severity: 'error',
    file: path,
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    message: `${path} ${message}`,
    hint: 'save it as UTF-8; editors offer that in their save dialog or status bar',
  };
}

function tooLarge(path: string, bytes: number): Problem {
  return {
    code: 'input-too-large',
    severity: 'error',
    file: path,
    line: 1,
    column: 1,
    message: `${path} has ${(bytes / MEBIBYTE).toFixed(1)} MiB; up to ${MAX_INPUT_BYTES / MEBIBYTE} MiB are read`,
    hint: 'is it the right file? Compare it with the one that `nigari init` makes',
  };
}
