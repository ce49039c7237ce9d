/** Addresses of the loopback network: each simulated machine has one of its own. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';

/**
 * The first three numbers of loopback addresses that no other process of these tests uses at the same time, `127.a.b`: Linux
 * answers at all of 127.0.0.0/8.
 */
export const ownNetwork = (): string => `127.${1 + ((process.pid >> 8) % 250)}.${process.pid % 256}`;

/** Whether this computer answers at addresses of a network, `127.a.b`; where loopback is 127.0.0.1 alone it does not. */
export async function answersAt(network: string): Promise<boolean> {
  const server = createServer().listen(0, `${network}.1`);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
