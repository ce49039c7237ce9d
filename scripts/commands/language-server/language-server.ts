/** `nigari language-server`: what `check` finds in the input files, while they are typed. Speaks LSP on stdin and stdout. */
import { pathToFileURL } from 'node:url';
import {
  CodeActionKind,
  DidChangeWatchedFilesNotification,
  TextDocuments,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { actionsIn, asked, completionsAt, definitionsAt, hoverAt, type Asked } from '../../editor/answers.ts';
import { shownIn, type Addresses } from '../../editor/diagnostics.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { INPUT_NAMES } from '../../editor/input.ts';
import { crashText } from '../../report/crash.ts';
import { ruleUrl } from '../../report/rule-url.ts';
import { assetsDirectory, readAsset } from '../../system/assets.ts';
import { connectEditor } from '../../system/editor-connection.ts';
import { loadInputs } from '../../system/inputs.ts';
import { watchFiles } from '../../system/watch.ts';
import { VERSION } from '../../version.ts';
import type { CommandResult, Context } from '../context.ts';
import { inputPlace, localPath, OpenProjects, type Surroundings } from './open-projects.ts';

/** Ends when the editor does. `--chdir` does not matter: an editor names every file in full. */
export async function languageServer({ signal }: Context): CommandResult {
  const page = await rulePages();
  const { connection, ended } = connectEditor(signal);
  const documents = new TextDocuments(TextDocument);
  const projects = openProjects(connection, documents, page);
  for (const event of [documents.onDidChangeContent, documents.onDidSave])
    event(({ document }) => projects.edited(document.uri, true));
  documents.onDidClose(({ document }) => projects.edited(document.uri, false));
  documents.listen(connection);
  answer(connection, projects, page);
  connection.listen();
  const exitCode = await ended;
  projects.close();
  return exitCode;
}

type Documents = TextDocuments<TextDocument>;

/** The projects, told of whatever the editor says of folders and files on disk. */
function openProjects(connection: Connection, documents: Documents, page: Addresses['page']): OpenProjects {
  let client: InitializeParams['capabilities'] = {};
  const clientWatches = (): boolean => client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
  const projects: OpenProjects = new OpenProjects({
    load: loadInputs,
    document: (uri) => documents.get(uri),
    show: publisher(connection, documents, page),
    watch: (root, changed) => (clientWatches() ? () => {} : watchInputs(root, changed)),
    failed: (error) => connection.console.error(crashText(error, VERSION)),
  });
  let folders: readonly string[] = [];
  connection.onInitialize((params) => {
    client = params.capabilities;
    folders = params.workspaceFolders?.map(({ uri }) => uri) ?? [params.rootUri ?? ''];
    return capabilities(params);
  });
  connection.onInitialized(() => {
    if (clientWatches()) said(connection.client.register(DidChangeWatchedFilesNotification.type, WATCHED));
    if (client.workspace?.workspaceFolders === true) followFolders(connection, projects);
    for (const root of folders.flatMap((uri) => localPath(uri) ?? [])) projects.openFolder(root);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { root } of changes.flatMap(({ uri }) => inputPlace(uri) ?? [])) projects.changed(root);
  });
  return projects;
}

const WATCHED = { watchers: [{ globPattern: `**/{${[...INPUT_NAMES, SEALED_FILE].join(',')}}` }] };

function followFolders(connection: Connection, projects: OpenProjects): void {
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    for (const root of removed.flatMap(({ uri }) => localPath(uri) ?? [])) projects.closeFolder(root);
    for (const root of added.flatMap(({ uri }) => localPath(uri) ?? [])) projects.openFolder(root);
  });
}

/** For an editor that does not watch files itself. */
function watchInputs(root: string, changed: () => void): () => void {
  const watched = watchFiles(root, [...INPUT_NAMES, SEALED_FILE], changed);
  return () => void watched.then((watch) => watch.close());
}

function capabilities({ initializationOptions }: InitializeParams): InitializeResult {
  const { completion = true } = (initializationOptions ?? {}) as { readonly completion?: boolean };
  return {
    serverInfo: { name: 'nigari', version: VERSION },
    capabilities: {
      hoverProvider: true,
      definitionProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      ...(completion && { completionProvider: {} }),
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

/** Where nigari comes with its page of rules, what that page names has an address in it. */
async function rulePages(): Promise<Addresses['page']> {
  const text = await readAsset('docs/rules.md').catch(() => '');
  const base = pathToFileURL(`${assetsDirectory()}/`);
  return (code) => (text.includes(code) ? new URL(ruleUrl(code), base).href : null);
}

/** An editor that does not listen any more, or refuses, is no reason to stop. */
function said(sending: Promise<unknown>): void {
  sending.catch(() => {});
}

/** Shows the findings of both files; of one that is not open only while there are some, or were. */
function publisher(connection: Connection, documents: Documents, page: Addresses['page']): Surroundings['show'] {
  const marked = new Set<string>();
  return (project, uriOf) => {
    for (const name of INPUT_NAMES) {
      const uri = uriOf(name);
      const version = documents.get(uri)?.version;
      const shown = project === null ? [] : shownIn(name, project, { uri: uriOf, page });
      const diagnostics = shown.map(({ diagnostic }) => diagnostic);
      if (diagnostics.length === 0 && version === undefined && !marked.has(uri)) continue;
      marked[diagnostics.length > 0 ? 'add' : 'delete'](uri);
      said(connection.sendDiagnostics({ uri, diagnostics, ...(version !== undefined && { version }) }));
    }
  };
}

/** Requests about a place. Each waits until what was typed before it is understood. */
function answer(connection: Connection, projects: OpenProjects, page: Addresses['page']): void {
  const about = async <T>(uri: string, reply: (at: Asked, addresses: Addresses) => T): Promise<T | null> => {
    const place = inputPlace(uri);
    const found = place && asked(await projects.current(place.root), place.name);
    return place && found && reply(found, { uri: projects.uris(place.root), page });
  };
  connection.onHover(({ textDocument, position }) => about(textDocument.uri, (at) => hoverAt(at, position)));
  connection.onCompletion(({ textDocument, position }) => about(textDocument.uri, (at) => completionsAt(at, position)));
  connection.onDefinition(({ textDocument, position }) =>
    about(textDocument.uri, (at, { uri }) => definitionsAt(at, position, uri)),
  );
  connection.onCodeAction(({ textDocument, range, context: { only } }) => {
    if (only?.some((kind) => CodeActionKind.QuickFix.startsWith(kind)) === false) return [];
    return about(textDocument.uri, (at, addresses) => actionsIn(at, range, addresses));
  });
}
