/** Randomness, for the pure engine that is given it. */
import { randomBytes as nodeRandomBytes } from 'node:crypto';

/** `count` bytes from the system's secure source. */
export function randomBytes(count: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(count));
}
