/** The line to an editor: the Language Server Protocol over two streams, and how it ends. */
import process from 'node:process';
import { createConnection, type Connection, type WatchDog } from 'vscode-languageserver';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { Exit, type ExitCode } from '../problem.ts';

/** How often to look whether the editor still runs, in milliseconds: it may have died without a word. */
const EDITOR_EVERY_MS = 1000;

export interface EditorConnection {
  readonly connection: Connection;
  /**
   * 0 after `shutdown` and `exit`, 1 when the editor went without a `shutdown`: the protocol asks for these two
   * (3.17, "Exit Notification"). Nothing keeps the process alive by then.
   */
  readonly ended: Promise<ExitCode>;
}

/** Where messages come from and go to; for a command that an editor starts, stdin and stdout. */
export interface EditorStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** @param signal ends the connection as if the editor had gone */
export function connectEditor(
  signal: AbortSignal,
  { input, output }: EditorStreams = { input: process.stdin, output: process.stdout },
): EditorConnection {
  let gone = (): void => {};
  const end = new Promise<void>((resolve) => (gone = resolve));
  for (const event of ['end', 'close', 'error']) input.on(event, gone);
  output.on('error', gone);
  signal.addEventListener('abort', gone);
  const watchDog = editorWatch(gone);
  const connection = createConnection(
    (logger) => createProtocolConnection(new StreamMessageReader(input), new StreamMessageWriter(output), logger),
    watchDog,
  );
  const ended = end.then(() => {
    watchDog.release();
    connection.dispose();
    input.destroy();
    return watchDog.shutdownReceived ? Exit.done : Exit.bug;
  });
  return { connection, ended };
}

/** The library's own watch dog ends the process; ours only says that the editor has gone. */
function editorWatch(gone: () => void): WatchDog & { readonly release: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    shutdownReceived: false,
    initialize({ processId }) {
      if (processId !== null) timer = setInterval(() => isRunning(processId) || gone(), EDITOR_EVERY_MS).unref();
    },
    exit: gone,
    release: () => clearInterval(timer),
  };
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // A process that is not ours to signal is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
