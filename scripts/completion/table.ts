/** What can be typed where: the tables of the command line, flattened for the shells. */

/** `['--format <format>', 'how the findings are printed', ['text', 'json']]`; flags as commander takes them. */
export type Option = readonly [flags: string, description: string, values?: readonly string[]];

/** What the arguments of a verb can be: names that `explain` takes, rule codes, files, or these words. */
export type Completes = 'names' | 'rules' | 'files' | readonly string[];

/** A verb of the command line, or the program itself; the tables of the verbs have this shape. */
export interface Completable {
  readonly name: string;
  readonly summary: string;
  /** Of the program: those that every verb takes too. */
  readonly options?: readonly Option[];
  readonly completes?: Completes;
  readonly verbs?: readonly Completable[];
}

/** The whole command line. */
export interface Table {
  /** The program's own place first, each verb's before those below it. */
  readonly places: readonly Place[];
  /** Options that count everywhere. */
  readonly common: readonly Flag[];
}

/** A point of the command line behind which words follow. */
export interface Place {
  /** The verbs before it: `''`, `infra`, `infra plan`. */
  readonly path: string;
  /** The last of them, and the path before it; null for the program itself. */
  readonly entered: { readonly from: string; readonly by: string } | null;
  readonly verbs: readonly Word[];
  /** Those that count only here. */
  readonly options: readonly Flag[];
  /** `names` are asked for when they are wanted, everything else is known. */
  readonly args: 'names' | 'files' | readonly string[];
}

export interface Word {
  readonly name: string;
  readonly summary: string;
}

export interface Flag {
  /** `--json`, or `-h` and `--help`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** What the word behind it may be; null when none follows. */
  readonly value: 'any' | 'folder' | readonly string[] | null;
}

/** @param rules codes of the rules */
export function tableOf(program: Completable, rules: readonly string[]): Table {
  const visit = (verb: Completable, path: string, entered: Place['entered']): readonly Place[] => [
    place(verb, { path, entered }, rules),
    ...(verb.verbs ?? []).flatMap((inner) =>
      visit(inner, `${path} ${inner.name}`.trim(), { from: path, by: inner.name }),
    ),
  ];
  const places = visit({ ...program, options: [VERSION] }, '', null);
  return { places, common: [...(program.options ?? []), HELP].map(flag) };
}

const HELP: Option = ['-h, --help', 'print this help'];
const VERSION: Option = ['--version', 'print the version'];

function place(verb: Completable, at: Pick<Place, 'path' | 'entered'>, rules: readonly string[]): Place {
  const { completes = [], verbs = [], options = [] } = verb;
  return {
    ...at,
    verbs: verbs.map(({ name, summary }) => ({ name, summary })),
    options: options.map(flag),
    args: completes === 'rules' ? rules : completes,
  };
}

/** A name of a flag behind which a word follows. */
export interface Valued {
  /** Null for one that counts everywhere. */
  readonly path: string | null;
  readonly name: string;
  readonly value: NonNullable<Flag['value']>;
}

export function valuedFlags({ places, common }: Table): readonly Valued[] {
  const valued = (path: string | null, flags: readonly Flag[]): readonly Valued[] =>
    flags.flatMap(({ names, value }) => (value === null ? [] : names.map((name) => ({ path, name, value }))));
  return [...valued(null, common), ...places.flatMap(({ path, options }) => valued(path, options))];
}

/** The places behind a verb, and the verb that leads there. */
export function steps({ places }: Table): readonly { from: string; by: string; path: string }[] {
  return places.flatMap(({ path, entered }) => (entered === null ? [] : [{ path, ...entered }]));
}

/** Reads `-w, --watch`, `--chdir <dir>`. */
function flag([flags, summary, values]: Option): Flag {
  const names = flags.match(/(?<![\w<[-])--?[a-z][\w-]*/gi) ?? [];
  const placeholder = /[<[]([\w.-]+)[>\]]/.exec(flags)?.[1];
  const value = values ?? (placeholder === undefined ? null : /^(dir|folder)/.test(placeholder) ? 'folder' : 'any');
  return { names, summary, value };
}
