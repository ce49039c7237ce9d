/** Both input files → the config, or everything that is wrong with them, in one pass. */
import { checked, hasErrors, type Checked, type Problem } from '../problem.ts';
import type { Config, InputPath, Locate, SourceFile, Sources } from '../types.ts';
import { decodeText } from './decode.ts';
import { isApplicationKey, type InputKind } from './key-schema.ts';
import { ruleProblems } from './rules.ts';
import { ignoreComments, silenced, type IgnoreComment } from './rules/ignore.ts';
import { CLUSTER_FILE, NODES_FILE, type RuleInput } from './rules/rule.ts';
import { shapeProblems } from './schema.ts';
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
}

/** The config or what is wrong, and beside it what comments have silenced: notes, for `--verbose`. */
export type Validated = Checked<Config> & { readonly ignored: readonly Problem[] };

/**
 * Proves both files. What is wrong in one place never hides what is wrong in another: a file that cannot be read leaves
 * the other one's findings, a broken value those on all the others.
 * @returns the config with warnings and notes; or all findings, by file and place. What comments have silenced is in
 *   neither
 */
export function validate(sources: Pick<Sources, 'cluster' | 'nodes'>): Validated {
  const cluster = readInput(sources.cluster, 'cluster');
  const nodes = readInput(sources.nodes, 'nodes');
  const locate = locator(cluster.file, nodes.file);
  const found = [...cluster.problems, ...nodes.problems, ...ruleProblems(ruleInput(cluster, nodes, locate), locate)];
  const { problems, ignored } = silenced(found, [...cluster.comments, ...nodes.comments]);
  return { ...outcome(cluster, nodes, problems.toSorted(byPlace([cluster, nodes])), locate), ignored };
}

function outcome(cluster: Input, nodes: Input, problems: readonly Problem[], locate: Locate): Checked<Config> {
  // Not `refused`: more problems than a call takes arguments are possible.
  if (cluster.file === null || nodes.file === null || hasErrors(problems)) return { ok: false, problems };
  return checked(config(cluster.file, nodes.file, locate), problems);
}

function readInput(source: Checked<SourceFile>, kind: InputKind): Input {
  const file = source.ok ? parseYaml(source.value) : source;
  if (!source.ok || !file.ok) return { file: null, problems: file.problems, broken: new Set(), comments: [] };
  const { problems, broken } = oneForEachValue(file.value.problems, shapeProblems(file.value, kind));
  const text = decodeText(source.value);
  const comments = text.ok ? ignoreComments(source.value.path, text.value) : [];
  return { file: file.value, problems: [...source.problems, ...problems], broken, comments };
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
  return {
    cluster: cluster.file && (wellFormed<ClusterYaml>(cluster.file.value, cluster.broken) ?? {}),
    nodes: (list ?? []).map((node) => node ?? {}),
    isWritten: isWrittenIn({ [CLUSTER_FILE]: cluster.file?.value, [NODES_FILE]: nodes.file?.value }),
    place: (path) => placeWords(path, locate),
  };
}

const isWrittenIn =
  (values: unknown) =>
  (path: InputPath): boolean => {
    let value = values;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
      value = (value as Record<string | number, unknown>)[step];
    }
    return true;
  };

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
function config(cluster: YamlFile, nodes: YamlFile, locate: Locate): Config {
  const own = Object.entries(cluster.value).filter(([key]) => !isApplicationKey(key));
  return {
    cluster: Object.fromEntries(own) as unknown as ClusterYaml,
    nodes: nodes.value['nodes'] as NodesYaml['nodes'],
    locate,
  };
}
