/** Many values as a table, one section for the cluster's own values, each group, node and instance. */
import { cellsOf, widthOf } from '../report/cells.ts';
import type { Explanation, Source } from './explanation.ts';
import { placeText, valueText } from './words.ts';

interface Row {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/**
 * Lays values out in three columns: name, value, source.
 * @param width columns of the terminal, in which every line then has its place, cut where it must be; null for a file or
 *   pipe: nothing is cut
 */
export function tableText(values: readonly Explanation[], width: number | null): string {
  const sections = [...sectionsOf(values)];
  const widths = columnWidths(
    sections.flatMap(({ rows }) => rows),
    width,
  );
  return sections.map((section) => sectionText(section, widths)).join('\n\n');
}

function sectionsOf(values: readonly Explanation[]): Iterable<Section> {
  const titles = new Map<string, Row[]>();
  for (const value of values) {
    const title = sectionOf(value);
    const rows = titles.get(title) ?? [];
    titles.set(title, rows);
    rows.push(row(value, title));
  }
  return [...titles].map(([title, rows]) => ({ title, rows }));
}

/** `nodes.cp-1` and `instances[0]` with all that is in them; below `cluster` each group for itself. */
function sectionOf({ name, path }: Explanation): string {
  if (path.startsWith('nodes[')) return /^nodes(\.[\w-]+|\[.*?\])/.exec(name)?.[0] ?? 'nodes';
  if (path.startsWith('instances[')) return /^instances\[[0-9]+\]/.exec(name)?.[0] ?? 'instances';
  return /^[\w-]+(?=[.[])/.exec(name)?.[0] ?? 'cluster';
}

function row(value: Explanation, title: string): Row {
  const { name, source } = value;
  return { name: within(title, name), value: valueText(value.value), source: sourceCell(value, source, title) };
}

function within(title: string, name: string): string {
  return name.startsWith(`${title}.`) ? name.slice(title.length + 1) : name;
}

/** Shorter than in a story: the key only where it is not the value's own. */
function sourceCell({ name, path }: Explanation, source: Source, title: string): string {
  if (source.from === 'built-in') return source.value === null ? 'not set' : 'built in';
  if (source.from === 'computed') return `from ${source.of.map((input) => inputText(input, title)).join(', ')}`;
  const isOwn = source.key === name || source.key === path;
  return isOwn ? placeText(source) : `${placeText(source)} ${source.key}`;
}

function inputText({ name }: Explanation, title: string): string {
  return name === title ? 'its place in the list' : within(title, name);
}

interface Widths {
  readonly name: number;
  readonly value: number;
  /** Null: whatever it takes. */
  readonly source: number | null;
  /** Whether what does not fit is cut, or stands over. */
  readonly cut: boolean;
}

const INDENT = '  ';
const GAP = '  ';
/** In a file few long values must not push all sources far to the right. */
const WIDEST_IN_FILE = 40;
/** No column gets less, however narrow the terminal. */
const NARROWEST = 8;

function columnWidths(rows: readonly Row[], width: number | null): Widths {
  const widest = (key: keyof Row): number => rows.reduce((most, row) => Math.max(most, lengthOf(row[key])), 0);
  const name = widest('name');
  if (width === null) return { name, value: Math.min(widest('value'), WIDEST_IN_FILE), source: null, cut: false };
  const free = Math.max(width - INDENT.length - name - 2 * GAP.length, 2 * NARROWEST);
  const value = Math.min(widest('value'), Math.max(free - widest('source'), Math.floor(free / 2)));
  return { name, value, source: free - value, cut: true };
}

function sectionText({ title, rows }: Section, widths: Widths): string {
  return [title, ...rows.map((row) => rowText(row, widths))].join('\n');
}

function rowText({ name, value, source }: Row, widths: Widths): string {
  const fit = (text: string, width: number | null): string => (widths.cut && width !== null ? cut(text, width) : text);
  const cells = [padded(name, widths.name), padded(fit(value, widths.value), widths.value), fit(source, widths.source)];
  return `${INDENT}${cells.join(GAP)}`.trimEnd();
}

/** Characters that are one column wide each: measuring the others takes a hundred times as long. */
const isNarrow = (text: string): boolean => /^[ -~]*$/.test(text);

/** In columns of a terminal. */
function lengthOf(text: string): number {
  return isNarrow(text) ? text.length : widthOf(cellsOf(text));
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

const CUT = '…';

function cut(text: string, width: number): string {
  if (lengthOf(text) <= width) return text;
  let room = width - CUT.length;
  if (isNarrow(text)) return `${text.slice(0, room)}${CUT}`;
  const kept = cellsOf(text).filter((cell) => (room -= cell.width) >= 0);
  return `${kept.map(({ shown }) => shown).join('')}${CUT}`;
}
