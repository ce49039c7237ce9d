/** The projects that an editor works on: their files, saved or not, checked again when one of them changes. */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { INPUT_NAMES, isInputName, type InputName } from '../../editor/input.ts';
import { readProject, type Project } from '../../editor/project.ts';
import { checked } from '../../problem.ts';
import type { InputSources } from '../../config/validate.ts';
import type { Sources } from '../../types.ts';

/** A file of a project. */
export interface InputPlace {
  /** Absolute path of the project. */
  readonly root: string;
  readonly name: InputName;
}

/** Null for what is no input file, or not on this machine: unsaved new files, remote ones, `cluster.yaml.example`. */
export function inputPlace(uri: string): InputPlace | null {
  const path = localPath(uri);
  const name = path === null ? '' : basename(path);
  return path !== null && isInputName(name) ? { root: dirname(path), name } : null;
}

/** Null for a URI that names no file of this machine. */
export function localPath(uri: string): string | null {
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

/** The URI under which the editor knows a file of a project. */
type UriOf = (name: InputName) => string;

/** What the projects need of the outside. */
export interface Surroundings {
  readonly load: (root: string) => Promise<InputSources>;
  /** The open file with this URI. */
  readonly document: (uri: string) => TextDocument | undefined;
  /** Shows what was found in the files with these URIs; null where there is nothing to show any more. */
  readonly show: (project: Project | null, uri: UriOf) => void;
  /** Calls `changed` when the files change on disk, until it is told to stop. */
  readonly watch: (root: string, changed: () => void) => () => void;
  /** Takes what is a bug. */
  readonly failed: (error: unknown) => void;
}

/** While a person types, a change comes every few hundredths of a second. */
const QUIET_MS = 40;

interface State {
  /** Files by the URI that the editor has for them, which is not always ours; those that are open now. */
  readonly uris: Map<InputName, string>;
  readonly open: Set<InputName>;
  readonly stopWatching: () => void;
  /** It had both files once: a lone `cluster.yaml` may be anybody's. */
  known: boolean;
  timer: NodeJS.Timeout | null;
  checking: Promise<void>;
  project: Project | null;
}

export class OpenProjects {
  readonly #around: Surroundings;
  readonly #states = new Map<string, State>();
  /** Folders that are open as such: their files count without being open. */
  readonly #folders = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** A file was opened or edited, or closed, when `isOpen` is false. */
  edited(uri: string, isOpen: boolean): void {
    const place = inputPlace(uri);
    if (place === null) return;
    const { uris, open } = this.#state(place.root);
    uris.set(place.name, uri);
    if (isOpen) open.add(place.name);
    else open.delete(place.name);
    this.changed(place.root);
  }

  openFolder(root: string): void {
    this.#folders.add(root);
    this.changed(root);
  }

  closeFolder(root: string): void {
    this.#folders.delete(root);
    this.changed(root);
  }

  /** Its files may have changed; nothing happens for a folder that nobody has open. */
  changed(root: string): void {
    if (!this.#folders.has(root) && !this.#states.has(root)) return;
    const state = this.#state(root);
    clearTimeout(state.timer ?? undefined);
    state.timer = setTimeout(() => this.#check(root, state), QUIET_MS);
  }

  /** What is known of a project, with all that was typed so far; null for a folder that is none. */
  async current(root: string): Promise<Project | null> {
    const state = this.#states.get(root);
    if (state === undefined) return null;
    if (state.timer !== null) this.#check(root, state);
    await state.checking;
    return state.project;
  }

  uris(root: string): UriOf {
    return (name) => this.#states.get(root)?.uris.get(name) ?? pathToFileURL(join(root, name)).href;
  }

  close(): void {
    for (const [root, state] of this.#states) this.#forget(root, state);
  }

  #state(root: string): State {
    const known = this.#states.get(root);
    if (known !== undefined) return known;
    const stopWatching = this.#around.watch(root, () => this.changed(root));
    const state: State = {
      uris: new Map(),
      open: new Set(),
      stopWatching,
      known: false,
      timer: null,
      checking: Promise.resolve(),
      project: null,
    };
    this.#states.set(root, state);
    return state;
  }

  #forget(root: string, state: State): void {
    clearTimeout(state.timer ?? undefined);
    state.stopWatching();
    this.#states.delete(root);
  }

  #check(root: string, state: State): void {
    clearTimeout(state.timer ?? undefined);
    state.timer = null;
    const before = state.checking;
    state.checking = this.#read(root, state, before).catch(this.#around.failed);
  }

  async #read(root: string, state: State, before: Promise<void>): Promise<void> {
    await before;
    if (state.open.size === 0 && !this.#folders.has(root)) {
      this.#around.show(null, this.uris(root));
      return this.#forget(root, state);
    }
    const project = readProject(await this.#sources(root, state));
    if (this.#states.get(root) !== state) return;
    state.known ||= INPUT_NAMES.every((name) => project.inputs[name] !== null);
    state.project = state.known ? project : null;
    this.#around.show(state.project, this.uris(root));
  }

  /** The files as they are in the editor, otherwise as they are on disk. */
  async #sources(root: string, { uris }: State): Promise<InputSources> {
    const onDisk = await this.#around.load(root);
    const source = (name: InputName, saved: Sources['cluster']): Sources['cluster'] => {
      const document = this.#around.document(uris.get(name) ?? '');
      return document === undefined ? saved : checked({ path: name, bytes: Buffer.from(document.getText()) });
    };
    return { ...onDisk, cluster: source('cluster.yaml', onDisk.cluster), nodes: source('nodes.yaml', onDisk.nodes) };
  }
}
