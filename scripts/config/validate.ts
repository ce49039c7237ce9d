/** Both input files → the config, or everything that is wrong with them, in one pass. */
import { checked, hasErrors, type Checked, type Problem } from '../problem.ts';
import type { Config, Deferred, InputPath, Locate, SourceFile, Sources } from '../types.ts';
import { decodeText } from './decode.ts';
import { referenceProblems, referencesIn, sealedIn, withMarks, withReferences, type Resolution } from './deferred.ts';
import { isApplicationKey, type InputKind } from './key-schema.ts';
import { formatPath, hasValueAt } from './path.ts';
import { ruleProblems } from './rules.ts';
import { ignoreComments, silenced, type IgnoreComment } from './rules/ignore.ts';
import { CLUSTER_FILE, NODES_FILE, type RuleInput } from './rules/rule.ts';
import { shapeProblems } from './schema.ts';
import { merged, sealedInput, sealedInputProblems, setTwice } from './sealed-input.ts';
import { wellFormed } from './well-formed.ts';
import type { ClusterYaml, NodesYaml } from './written.gen.ts';
import { parseYaml, type YamlFile } from './yaml.ts';
import { WORDS } from './yaml-words.ts';

/** One input file: what could be read of it, and the findings on it alone. */
interface Input {
  readonly file: YamlFile | null;
  readonly problems: readonly Problem[];
  /** Paths of the values that have a finding, as `formatPath` writes them. */
  readonly broken: ReadonlySet<string>;
  /** Comments that silence a rule. */
  readonly comments: readonly IgnoreComment[];
  /** Values that are kept elsewhere. */
  readonly deferred: readonly Deferred[];
}

/** What `load` found of the inputs. */
export type InputSources = Pick<Sources, 'cluster' | 'nodes' | 'sealed'>;

/** The config or what is wrong, and beside it what comments have silenced: notes, for `--verbose`. */
export type Validated = Checked<Config> & { readonly ignored: readonly Problem[] };

/**
 * Proves the files. What is wrong in one place never hides what is wrong in another: a file that cannot be read leaves
 * the other ones' findings, a broken value those on all the others.
 * @param resolution the values that are kept elsewhere; without it they are passed over, and the config tells which
 *   they are
 * @returns the config with warnings and notes; or all findings, by file and place. What comments have silenced is in
 *   neither
 */
export function validate(sources: InputSources, resolution: Resolution | null = null): Validated {
  const open = readInput(sources.cluster, 'cluster', openPart(resolution));
  const sealed = sources.sealed === undefined ? null : readInput(sources.sealed, 'cluster', sealedPart(resolution));
  const cluster = sealed === null ? open : withSealed(open, sealed);
  const nodes = readInput(sources.nodes, 'nodes');
  const locate = locator(cluster.file, nodes.file);
  const found = [...cluster.problems, ...nodes.problems, ...ruleProblems(ruleInput(cluster, nodes, locate), locate)];
  const { problems, ignored } = silenced(found, [...cluster.comments, ...nodes.comments]);
  const files = [open, ...(sealed === null ? [] : [sealed]), nodes];
  return { ...outcome(cluster, nodes, problems.toSorted(byPlace(files)), resolution, locate), ignored };
}

function outcome(
  cluster: Input,
  nodes: Input,
  problems: readonly Problem[],
  resolution: Resolution | null,
  locate: Locate,
): Checked<Config> {
  // Not `refused`: more problems than a call takes arguments are possible.
  if (cluster.file === null || nodes.file === null || hasErrors(problems)) return { ok: false, problems };
  const unresolved = resolution === null ? cluster.deferred : [];
  return checked({ ...config(cluster.file, nodes.file, cluster.deferred), unresolved, locate }, problems);
}

/** How a file is read beyond its YAML and its shape. */
interface Part {
  /** The file with the values that count, and which of them are kept elsewhere. */
  readonly read: (file: YamlFile) => { readonly file: YamlFile; readonly deferred: readonly Deferred[] };
  /** Whether nothing can be said of a deferred value. */
  readonly hides: (deferred: Deferred) => boolean;
  /** What is wrong with the file as it was written. */
  readonly problems: (file: YamlFile) => readonly Problem[];
  /** Whether a finding on the shape counts here. */
  readonly counts: (finding: Problem) => boolean;
}

const WHOLE: Part = {
  read: (file) => ({ file, deferred: [] }),
  hides: () => false,
  problems: () => [],
  counts: () => true,
};

/** What `vars` hold no rule looks at: once resolved they are secrets without a meaning of ours. */
const hidesWhen =
  (resolution: Resolution | null): Part['hides'] =>
  ({ path: [key] }) =>
    resolution === null || key === 'vars';

function openPart(resolution: Resolution | null): Part {
  const read: Part['read'] = (file) => {
    const value = resolution === null ? file.value : withReferences(file.value, resolution.references);
    return { file: { ...file, value: value as YamlFile['value'] }, deferred: referencesIn(file.value) };
  };
  return { ...WHOLE, read, hides: hidesWhen(resolution), problems: referenceProblems };
}

function sealedPart(resolution: Resolution | null): Part {
  const read: Part['read'] = (file) => ({
    file: sealedInput(file, resolution),
    deferred: sealedIn(sealedInput(file, null).value),
  });
  // What a project must say it says in cluster.yaml.
  const counts = ({ code }: Problem): boolean => code !== 'missing-key';
  return { read, hides: hidesWhen(resolution), problems: sealedInputProblems, counts };
}

function readInput(source: Checked<SourceFile>, kind: InputKind, part: Part = WHOLE): Input {
  const parsed = source.ok ? parseYaml(source.value) : source;
  const nothing: Input = { file: null, problems: parsed.problems, broken: new Set(), comments: [], deferred: [] };
  if (!source.ok || !parsed.ok) return nothing;
  const { file, deferred } = part.read(parsed.value);
  const own = part.problems(parsed.value);
  const hidden = new Set([
    ...deferred.filter(part.hides).map(({ path }) => formatPath(path)),
    ...own.map(({ path = '' }) => path),
  ]);
  const isSeen = ({ code, path = '' }: Problem): boolean => code === 'unknown-key' || !hidden.has(path);
  const shape = shapeProblems(file, kind).filter((found) => part.counts(found) && isSeen(found));
  const { problems, broken } = oneForEachValue(parsed.value.problems, shape);
  const text = decodeText(source.value);
  return {
    file,
    problems: [...source.problems, ...own, ...problems],
    broken: new Set([...broken, ...hidden]),
    comments: text.ok ? ignoreComments(source.value.path, text.value) : [],
    deferred,
  };
}

/** Both halves of cluster.yaml as one. */
function withSealed(open: Input, sealed: Input): Input {
  const isWhole = open.file !== null && sealed.file !== null;
  return {
    file: isWhole ? merged(open.file, sealed.file) : open.file,
    problems: [...open.problems, ...sealed.problems, ...(isWhole ? setTwice(open.file, sealed.file) : [])],
    broken: new Set([...open.broken, ...sealed.broken]),
    comments: [...open.comments, ...sealed.comments],
    deferred: [...open.deferred, ...sealed.deferred],
  };
}

/** Values that could not be read: what stands in their place has no shape to speak of. */
const UNREAD: readonly string[] = [WORDS.unknownTag, WORDS.unknownAlias, WORDS.recursiveAlias].map(({ code }) => code);

/** Of a number that is too large for its key the shape says more; of a value that could not be read, nothing. */
function oneForEachValue(reading: readonly Problem[], shape: readonly Problem[]): Pick<Input, 'problems' | 'broken'> {
  const unread = new Set(reading.filter(({ code }) => UNREAD.includes(code)).map(({ path = '' }) => path));
  const shapes = shape.filter(({ path = '' }) => !unread.has(path));
  const shaped = new Set(shapes.map(({ path = '' }) => path));
  const kept = reading.filter(({ code, path = '' }) => code !== WORDS.inexactNumber.code || !shaped.has(path));
  return { problems: [...kept, ...shapes], broken: new Set([...unread, ...shaped]) };
}

function locator(cluster: YamlFile | null, nodes: YamlFile | null): Locate {
  const files: Readonly<Record<string, YamlFile | null>> = { [CLUSTER_FILE]: cluster, [NODES_FILE]: nodes };
  return ([file, ...path]) => files[file]?.places.value(path) ?? null;
}

function ruleInput(cluster: Input, nodes: Input, locate: Locate): RuleInput {
  const list = nodes.file && wellFormed<NodesYaml>(nodes.file.value, nodes.broken)?.nodes;
  const values = { [CLUSTER_FILE]: cluster.file?.value, [NODES_FILE]: nodes.file?.value };
  return {
    cluster: cluster.file && (wellFormed<ClusterYaml>(cluster.file.value, cluster.broken) ?? {}),
    nodes: (list ?? []).map((node) => node ?? {}),
    isWritten: (path) => hasValueAt(values, path),
    place: (path) => placeWords(path, locate),
  };
}

function placeWords(path: InputPath, locate: Locate): string {
  const place = locate(path);
  return place === null ? path[0] : `${place.file}:${place.line}:${place.column}`;
}

/** cluster.yaml first, then by line and column; findings without a place come before those with one. */
function byPlace(inputs: readonly Input[]): (a: Problem, b: Problem) => number {
  const files = inputs.map(({ file, problems }) => file?.file ?? problems[0]?.file);
  const order = ({ file, line = 0, column = 0 }: Problem): readonly number[] => [files.indexOf(file), line, column];
  return (a, b) => {
    const [first, second] = [order(a), order(b)];
    return first.map((value, index) => value - (second[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  };
}

/** Only keys that are ours: what other tools read in the same file is not part of the config. */
function config(cluster: YamlFile, nodes: YamlFile, deferred: readonly Deferred[]): Pick<Config, 'cluster' | 'nodes'> {
  const own = Object.entries(cluster.value).filter(([key]) => !isApplicationKey(key));
  const values = own.map(([key, value]) => [key, key === 'vars' ? withMarks(value, deferred) : value]);
  return {
    cluster: Object.fromEntries(values),
    nodes: nodes.value['nodes'] as NodesYaml['nodes'],
  };
}
