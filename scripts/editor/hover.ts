/** What is said of a key under the cursor: what it is for, and what became of it. */
import { isApplicationKey } from '../config/key-schema.ts';
import { formatPath, type KeyPath } from '../config/path.ts';
import { CLUSTER_FILE } from '../config/rules/rule.ts';
import type { Explanation, Source } from '../explain/explanation.ts';
import type { Meaning } from '../explain/leaves.ts';
import { placeText, valueText } from '../explain/words.ts';
import { filledIn, finalValues, isNodeName } from './final-values.ts';
import type { InputName } from './input.ts';
import { describedKey, description, wordsOf, type DescribedKey } from './key-words.ts';
import { code } from './markdown.ts';

/**
 * Markdown about the key that a path ends with, or that its item of a list belongs to; null where nothing is known of it.
 * @param meaning null while there are errors: then only what the schema says
 */
export function hoverText(meaning: Meaning | null, file: InputName, path: KeyPath): string | null {
  const at = path.slice(0, path.findLastIndex((step) => typeof step === 'string') + 1);
  const described = describedKey(file, at);
  const key = String(at.at(-1) ?? '');
  if (described === null) return file === CLUSTER_FILE && isApplicationKey(key) ? applicationKeyText(key) : null;
  if (key === '') return null;
  const final = meaning === null ? '' : finalText(meaning, file, at, described);
  return [`**${key}**`, description(described), limits(described), final].filter((text) => text !== '').join('\n\n');
}

const applicationKeyText = (key: string): string =>
  `**${key}**\n\nA key about Kubernetes applications: accepted, and not used here.`;

/** A line break inside a paragraph. */
const BREAK = '  \n';

function limits(described: DescribedKey): string {
  const { minimum, maximum, default: normal } = described;
  const words = wordsOf(described);
  return [
    ...(words.length > 0 ? [`One of: ${words.map(code).join(', ')}`] : []),
    ...(minimum !== undefined && maximum !== undefined ? [`From ${minimum} to ${maximum}`] : []),
    ...(normal === undefined ? [] : [`Default: ${code(valueText(normal))}`]),
  ].join(BREAK);
}

function finalText(meaning: Meaning, file: InputName, path: KeyPath, described: DescribedKey): string {
  const values = finalValues(meaning, file, path);
  const [only, another] = values;
  if (isNodeName(file, path)) return listText('Filled in:', filledIn(meaning, Number(path[1])));
  if (only === undefined || another !== undefined) return listText('In the end:', values);
  return valueLines(meaning, only, { file, key: formatPath(path) }, described).join(BREAK);
}

function listText(title: string, values: readonly Explanation[]): string {
  const line = ({ path, value, source }: Explanation): string =>
    `- ${code(path.slice(path.lastIndexOf('.') + 1))}: ${code(valueText(value))}, ${sourceText(source)}`;
  return values.length === 0 ? '' : `${title}\n\n${values.map(line).join('\n')}`;
}

interface Place {
  readonly file: string;
  readonly key: string;
}

function valueLines(
  meaning: Meaning,
  { value, source, overrode }: Explanation,
  here: Place,
  described: DescribedKey,
): readonly string[] {
  const takers = here.file === CLUSTER_FILE ? nodesThatTake(meaning, here) : [];
  const from = isWrittenAt(source, here) ? 'written here' : sourceText(source);
  return [
    `Final value: ${code(valueText(value))}, ${from}`,
    ...untold(overrode, described).map((beaten) => `Beats ${code(valueText(beaten.value))}, ${sourceText(beaten)}`),
    ...(takers.length > 0 ? [`Taken by ${takers.map(code).join(', ')}`] : []),
  ];
}

/** What was written elsewhere, and the nearest of what is built in, unless it was shown as the default. */
function untold(overrode: readonly Source[], described: DescribedKey): readonly Source[] {
  const written = overrode.filter(({ from }) => from === 'written');
  const other = described.default === undefined ? overrode.find(({ from }) => from !== 'written') : undefined;
  return other === undefined ? written : [...written, other];
}

/** The file of `of` is not said: what a value is made from is a key of either. */
function sourceText(source: Source): string {
  if (source.from === 'built-in') return 'built in';
  if (source.from === 'computed') return `made from ${source.of.map(({ name }) => code(name)).join(' and ')}`;
  return `from ${code(source.key)} (${placeText(source)})`;
}

/** Names of the nodes that have a value from this very place. */
function nodesThatTake({ derived, config }: Meaning, here: Place): readonly string[] {
  const taken = [...derived.origins].filter(
    ([, origin]) => origin.from === 'written' && origin.path[0] === here.file && keyOf(origin.path) === here.key,
  );
  const indexes = new Set(taken.flatMap(([of]) => /^nodes\[([0-9]+)\]/.exec(of)?.[1] ?? []));
  return config.nodes.filter((_, index) => indexes.has(String(index))).map(({ name }) => name);
}

const keyOf = ([, ...inside]: readonly [string, ...KeyPath]): string => formatPath(inside);

function isWrittenAt(source: Source, { file, key }: Place): boolean {
  return source.from === 'written' && source.file === file && source.key === key;
}
