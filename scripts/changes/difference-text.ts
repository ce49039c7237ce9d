/** Differences, as people and `git apply` read them. */
import { differenceLine } from '../secrets/versions/difference-line.ts';
import type { Content, FileDifference, Hunk } from './difference.ts';

/** A line and what it is about. */
export interface ToldLine {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'changed' | 'bad' | 'dim';
}

/**
 * One file as `git diff` prints it. Of a sealed one, and of what is not shown, there is no patch: git passes over these lines.
 * @see https://git-scm.com/docs/git-diff, "Generating patch text with -p"
 */
export function unifiedLines(difference: FileDifference): readonly ToldLine[] {
  const { kind, path, content } = difference;
  if (content.of === 'nothing shown') return [plain(`${kind} ${path} (not shown: ${content.why})`)];
  return content.of === 'keys' ? keyLines(difference, content) : patchLines(difference, content.hunks);
}

const plain = (text: string): ToldLine => ({ text, tone: 'plain' });
const dim = (text: string): ToldLine => ({ text, tone: 'dim' });

const CLOSED = '  (no key here opens what is there: what was encrypted anew counts as changed)';

function keyLines(
  { kind, path }: FileDifference,
  { opened, differences }: Content & { readonly of: 'keys' },
): readonly ToldLine[] {
  const what = differences.length === 0 ? 'the same values, only encrypted anew' : 'only names are shown';
  const head = plain(`${kind} ${path} (sealed: ${what})`);
  return [head, ...(opened ? [] : [dim(CLOSED)]), ...differences.map(differenceLine)];
}

function patchLines({ kind, path, executable }: FileDifference, hunks: readonly Hunk[]): readonly ToldLine[] {
  const [old, now] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const names = [`--- ${kind === 'create' ? '/dev/null' : old}`, `+++ ${kind === 'delete' ? '/dev/null' : now}`];
  const head = [`diff --git ${old} ${now}`, ...modeLines(executable), ...(hunks.length > 0 ? names : [])];
  return [...head.map(plain), ...hunks.flatMap(hunkLines)];
}

const modeOf = (executable: boolean): string => (executable ? '100755' : '100644');

function modeLines({ old, now }: FileDifference['executable']): readonly string[] {
  if (old === null) return now === null ? [] : [`new file mode ${modeOf(now)}`];
  if (now === null) return [`deleted file mode ${modeOf(old)}`];
  return old === now ? [] : [`old mode ${modeOf(old)}`, `new mode ${modeOf(now)}`];
}

function hunkLines({ oldStart, oldLines, newStart, newLines, lines }: Hunk): readonly ToldLine[] {
  const range = (start: number, count: number): string => (count === 1 ? `${start}` : `${start},${count}`);
  const head = `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
  return [dim(head), ...lines.map((text): ToldLine => ({ text, tone: toneOf(text) }))];
}

function toneOf(line: string): ToldLine['tone'] {
  const tones: Readonly<Record<string, ToldLine['tone']>> = { '+': 'good', '-': 'bad', '\\': 'dim' };
  return tones[line[0] ?? ''] ?? 'plain';
}

/** Git quotes names with characters that would end a line or a name. */
function quoted(path: string): string {
  return /["\\\u0000-\u001f\u007f]/.test(path) ? JSON.stringify(path) : path;
}

/**
 * The beginning of a long difference.
 * @param most how many lines; what is left out is counted
 * @param rest how to see it
 */
export function bounded(lines: readonly ToldLine[], most: number, rest: string): readonly ToldLine[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), dim(`… and ${lines.length - most} lines more: ${rest}`)];
}

/** Room for the signs behind each name, as in a terminal of 80 columns. */
const SIGNS = 40;

/** As `git diff --stat` counts: `infrastructure/tofu/main.tf | 12 ++++++++----`. */
export function statLines(differences: readonly FileDifference[]): readonly string[] {
  const names = Math.max(0, ...differences.map(({ path }) => path.length));
  const counts = differences.map(({ content }) => countOf(content));
  const [width, most] = [Math.max(0, ...counts.map(({ length }) => length)), mostLines(differences)];
  const lines = differences.map(({ path, content }, index) =>
    `${path.padEnd(names)} | ${(counts[index] ?? '').padStart(width)} ${signsOf(content, most)}`.trimEnd(),
  );
  return [...lines, totals(differences)];
}

function countOf(content: Content): string {
  if (content.of === 'lines') return String(content.added + content.removed);
  return content.of === 'keys' ? String(content.differences.length) : '-';
}

function mostLines(differences: readonly FileDifference[]): number {
  return Math.max(
    1,
    ...differences.map(({ content }) => (content.of === 'lines' ? content.added + content.removed : 0)),
  );
}

function signsOf(content: Content, most: number): string {
  if (content.of === 'keys') return content.differences.length === 0 ? '(encrypted anew)' : '(sealed keys)';
  if (content.of === 'nothing shown') return `(${content.why})`;
  const scaled = (count: number): number => (most <= SIGNS ? count : Math.ceil((count * SIGNS) / most));
  return '+'.repeat(scaled(content.added)) + '-'.repeat(scaled(content.removed));
}

/** `3 files changed, 12 insertions(+), 4 deletions(-)` */
function totals(differences: readonly FileDifference[]): string {
  const sum = (key: 'added' | 'removed'): number =>
    differences.reduce((total, { content }) => total + (content.of === 'lines' ? content[key] : 0), 0);
  const files = differences.length === 1 ? '1 file changed' : `${differences.length} files changed`;
  return `${files}, ${sum('added')} insertions(+), ${sum('removed')} deletions(-)`;
}
