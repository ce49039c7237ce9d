/** What was measured, as Markdown. */
import { ROUNDS, type Measured, type Spread } from './measure.ts';

/** A bench: what is measured, against what, and what was found. */
export interface Result {
  /** As on the command line, and as the heading. */
  readonly name: string;
  /** The other program and its version: `sops 3.13.3`. */
  readonly against: string;
  /** What one case works on, in a sentence. */
  readonly load: string;
  readonly conditions: string;
  readonly measured: readonly Measured[];
}

export function section({ name, against, load, conditions, measured }: Result): string {
  const rows = measured.map(({ what, ours, theirs, ratio, processor }) => {
    return `| ${what} | **${ratioText(ratio)}** | ${ratioText(processor)} | ${milliseconds(ours)} | ${milliseconds(theirs)} |`;
  });
  return [
    `## ${name}`,
    load,
    ['| | nigari ÷ other | processor time | nigari, ms | other, ms |', '|---|---|---|---|---|', ...rows].join('\n'),
    `${against}; ${conditions}. Medians of ${ROUNDS} rounds by turns, with the least and the most; only the ratio says much elsewhere.`,
  ].join('\n\n');
}

function ratioText({ median, least, most }: Spread): string {
  return `${median.toPrecision(2)} (${least.toPrecision(2)}–${most.toPrecision(2)})`;
}

function milliseconds({ median, least, most }: Spread): string {
  return `${median.toFixed(0)} (${least.toFixed(0)}–${most.toFixed(0)})`;
}

const HEAD = '# Results\n\nWritten by `npm run bench`; what it measures and how is in [README.md](README.md).\n';

/** Puts a section in the place of the one with its heading, or behind the others. */
export function withSection(page: string | null, made: string): string {
  const [head = HEAD, ...sections] = (page ?? HEAD).split(/\n(?=## )/);
  const heading = made.split('\n')[0] ?? '';
  const isSame = (one: string): boolean => one.split('\n')[0] === heading;
  const all = sections.some(isSame) ? sections.map((one) => (isSame(one) ? made : one)) : [...sections, made];
  return `${[head, ...all].map((part) => part.trim()).join('\n\n')}\n`;
}
