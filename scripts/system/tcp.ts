/** Whether somebody listens at an address. */
import { connect } from 'node:net';

/** @returns null when a connection was made; else why not, as Node names it (`ECONNREFUSED`), `late`, or `aborted` */
export function whyNoAnswer(
  host: string,
  port: number,
  milliseconds: number,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: milliseconds });
    const end = (why: string | null): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(null)).once('timeout', () => end('late'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(signal.aborted ? 'aborted' : (error.code ?? 'unreachable')),
    );
  });
}
