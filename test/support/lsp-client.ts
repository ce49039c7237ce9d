/** A small client of the Language Server Protocol, over the stdio of a real server process. */
import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { onTestFinished } from 'vitest';
import type {
  ClientCapabilities,
  CodeAction,
  Diagnostic,
  InitializeResult,
  Position,
  ProtocolConnection,
  PublishDiagnosticsParams,
  Range,
  RegistrationParams,
} from 'vscode-languageserver';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';

/** What an ordinary editor can do. */
const ORDINARY: ClientCapabilities = {
  workspace: { workspaceFolders: true, configuration: true, didChangeWatchedFiles: { dynamicRegistration: false } },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
  },
};

export interface ServerOptions {
  /** Arguments for node. */
  readonly args: readonly string[];
  readonly cwd?: string;
  /** URIs of the folders that are open. */
  readonly folders?: readonly string[];
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** The answer to `workspace/configuration`, by section. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the editor; ours without it. */
  readonly processId?: number;
  /** Calls back when the server is not needed any more; without it, when the test is over. */
  readonly cleanUp?: (remove: () => void) => void;
}

/** Waits for what a server publishes of its own accord: the latest that fits, or the next. */
interface Waiting {
  readonly fits: (params: PublishDiagnosticsParams) => boolean;
  readonly done: (params: PublishDiagnosticsParams) => void;
}

export class LspClient {
  readonly connection: ProtocolConnection;
  /** What the server wrote to stderr so far, and what it logged. */
  readonly log: string[] = [];
  readonly registrations: string[] = [];
  /** Everything that was published, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly exited: Promise<number | null>;
  initialized: InitializeResult = { capabilities: {} };
  readonly child: ChildProcess;
  readonly #waiting = new Set<Waiting>();
  readonly #versions = new Map<string, number>();
  /** How much was published when a file was last opened or edited. */
  readonly #edited = new Map<string, number>();

  private constructor({ args, cwd, settings = {}, cleanUp = onTestFinished }: ServerOptions) {
    this.child = spawn(process.execPath, [...args], { cwd: cwd ?? process.cwd(), stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes');
    this.exited = new Promise((resolve) => void this.child.once('exit', (code) => resolve(code)));
    stderr.on('data', (chunk: Buffer) => this.log.push(chunk.toString()));
    // A server that has gone cannot be written to: tests look at its exit code.
    stdin.on('error', () => {});
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.#listen(settings);
    cleanUp(() => {
      this.connection.dispose();
      this.child.kill('SIGKILL');
    });
  }

  /** Starts a server and says hello; it ends with the test. */
  static async start(options: ServerOptions): Promise<LspClient> {
    const client = new LspClient(options);
    const { folders = [], capabilities = ORDINARY, initializationOptions, settings, processId } = options;
    client.initialized = await client.connection.sendRequest('initialize', {
      processId: processId ?? process.pid,
      rootUri: folders[0] ?? null,
      workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
      capabilities,
      initializationOptions,
    });
    await client.notify('initialized', {});
    if (settings !== undefined) await client.notify('workspace/didChangeConfiguration', { settings });
    return client;
  }

  #listen(settings: Readonly<Record<string, unknown>>): void {
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push(params);
      for (const waiting of this.#waiting) if (waiting.fits(params)) waiting.done(params);
    });
    this.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    this.connection.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
      this.registrations.push(...registrations.map(({ method }) => method));
      return null;
    });
    this.connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
      items.map(({ section = '' }) => settings[section] ?? null),
    );
    this.connection.listen();
  }

  notify(method: string, params: object): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  /** A request about a place. */
  at<T>(method: string, uri: string, position: Position): Promise<T> {
    return this.connection.sendRequest(method, { textDocument: { uri }, position });
  }

  async actions(uri: string, range: Range): Promise<CodeAction[]> {
    const params = { textDocument: { uri }, range, context: { diagnostics: [] } };
    return (await this.connection.sendRequest<CodeAction[] | null>('textDocument/codeAction', params)) ?? [];
  }

  async open(uri: string, text: string): Promise<void> {
    this.#versions.set(uri, 1);
    this.#edited.set(uri, this.published.length);
    await this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
  }

  /** Replaces the whole text, or a range of it. */
  async edit(uri: string, text: string, range?: Range): Promise<void> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    this.#edited.set(uri, this.published.length);
    const change = range === undefined ? { text } : { text, range };
    await this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
  }

  async close(uri: string): Promise<void> {
    this.#versions.delete(uri);
    await this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  /** What was found in a file, once the server has seen its latest version, and `fits` says that it is what is waited for. */
  async diagnostics(uri: string, fits: (list: readonly Diagnostic[]) => boolean = () => true): Promise<Diagnostic[]> {
    const version = this.#versions.get(uri);
    // Not every server says which version it means.
    const isOlder = (params: PublishDiagnosticsParams): boolean =>
      version !== undefined && params.version !== undefined && params.version !== version;
    const wanted = (params: PublishDiagnosticsParams): boolean =>
      params.uri === uri && !isOlder(params) && fits(params.diagnostics);
    const latest = this.published.slice(this.#edited.get(uri)).findLast((params) => params.uri === uri);
    if (latest !== undefined && wanted(latest)) return latest.diagnostics;
    const { diagnostics } = await new Promise<PublishDiagnosticsParams>((resolve) => {
      const waiting: Waiting = {
        fits: wanted,
        done: (params) => {
          this.#waiting.delete(waiting);
          resolve(params);
        },
      };
      this.#waiting.add(waiting);
    });
    return diagnostics;
  }

  /** Says goodbye as the protocol wants it. @returns the exit code */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest('shutdown');
    await this.notify('exit', {});
    return this.exited;
  }
}
