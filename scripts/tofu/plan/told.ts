/** A plan's summary, for people in a terminal, for a pull request, and for programs. */
import { countsText, isEmpty, isLoss, WORDS, type PlanLine, type PlanSummary, type Told } from './summary.ts';

/** How a line is coloured. */
export type PlanTone = 'bad' | 'good' | 'changed' | 'dim' | 'plain';

const TONES: Readonly<Record<Told, PlanTone>> = {
  destroy: 'bad',
  replace: 'bad',
  forget: 'changed',
  create: 'good',
  update: 'changed',
  read: 'dim',
  move: 'plain',
};

export interface TextLine {
  readonly text: string;
  readonly tone: PlanTone;
}

/** So many details of a resource are told; OpenTofu's own output has them all. */
const SHOWN = 6;

export function planText(summary: PlanSummary, directory: string): readonly TextLine[] {
  const width = Math.max(0, ...summary.lines.map(({ what }) => WORDS[what][1].length));
  const lines = summary.lines.map((line) => ({
    text: `${WORDS[line.what][1].padEnd(width)}  ${line.title}${detailsText(line)}`,
    tone: TONES[line.what],
  }));
  const losses = lossText(summary);
  return [
    ...lines,
    ...driftText(summary).map((text) => ({ text, tone: 'dim' as const })),
    ...(losses === null ? [] : [{ text: losses, tone: 'bad' as const }]),
    { text: `${directory}: ${countsText(summary)}`, tone: 'plain' },
  ];
}

function detailsText({ details }: PlanLine): string {
  if (details.length === 0) return '';
  const rest = details.length - SHOWN;
  return `: ${details.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** In words, since it is what nobody wants to read over. */
function lossText({ lines }: PlanSummary): string | null {
  const lost = lines.filter((line) => isLoss(line) && line.controller).map(({ title }) => title);
  return lost.length === 0
    ? null
    : `The control plane loses ${lost.join(', ')}: etcd loses ${lost.length === 1 ? 'a member with its disk' : `${lost.length} members with their disks`}`;
}

function driftText({ drifted }: PlanSummary): readonly string[] {
  return drifted.length === 0 ? [] : [`changed outside of OpenTofu since the last run: ${drifted.join(', ')}`];
}

/** Compact, for a comment on a pull request (GitHub and GitLab flavoured). */
export function planMarkdown(summary: PlanSummary, directory: string): string {
  const losses = lossText(summary);
  const rows = summary.lines.map(
    ({ what, title, details }) =>
      `| ${WORDS[what][1]} | ${cell(title)} | ${cell(details.slice(0, SHOWN).join('<br>'))} |`,
  );
  return [
    `**OpenTofu plan for \`${directory}\`:** ${countsText(summary)}`,
    ...(losses === null ? [] : ['', `> **Warning:** ${cell(losses)}`]),
    ...(rows.length === 0 ? [] : ['', '| | what | details |', '|---|---|---|', ...rows]),
    ...driftText(summary).flatMap((text) => ['', cell(text)]),
    '',
  ].join('\n');
}

/** A value may hold what ends a cell, or begins a mention or HTML. */
function cell(text: string): string {
  return text
    .replaceAll(/<(?!br>)/g, '&lt;')
    .replaceAll('|', String.raw`\|`)
    .replaceAll('`', '&#96;')
    .replaceAll('@', '&#64;')
    .replaceAll(/[\r\n]+/g, ' ');
}

/** The shape of `infra plan --json`. */
export function planData(summary: PlanSummary, directory: string): object {
  return {
    directory,
    empty: isEmpty(summary),
    counts: summary.counts,
    changes: summary.lines.map(({ what, address, title, details, imported, controller }) => ({
      action: what,
      address,
      title,
      details,
      imported,
      controller,
    })),
    outputs: summary.outputs,
    drifted: summary.drifted,
  };
}
