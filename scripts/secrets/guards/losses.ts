/** Texts that sops itself would lose or damage when it prints them: refused before they are sealed. All seen in sops 3.13.3. */
import type { Problem } from '../../problem.ts';
import { isScalar, type Entry, type Value } from '../tree/tree.ts';
import { below, beside } from '../yaml/emit.ts';
import { isLiteral } from '../yaml/quote.ts';
import type { Reading } from '../yaml/read.ts';
import type { At } from '../yaml/reading.ts';

/** A text of the file, as a key or a value, and where sops would print it. */
interface Text {
  readonly text: string;
  /** Columns between the text's parent and its lines, if it is printed as a literal block. */
  readonly indent: number;
  readonly step: number;
}

/** What goes wrong with a text, as the end of "sops …", or null. */
type Guard = (text: Text) => string | null;

/** sops' encoder fails on it, and the failure is dropped (seen in 3.13.3). As a key it makes the file unreadable. */
const severalLinesStartWithTab: Guard = ({ text }) =>
  text.startsWith('\t') && isLiteral(text) ? 'prints several lines that start with a tab as null' : null;

/** The hint of a literal block says how deep it stands; sops always writes the indentation of a level (3.13.3). */
const severalLinesInListStartWithBlank: Guard = ({ text, indent, step }) =>
  /^[ \n]/.test(text) && isLiteral(text) && indent !== step
    ? 'prints several lines that start with a blank as broken YAML when they stand in a list'
    : null;

/** go-yaml prints it without quotes, and so as a merge key (3.13.3). */
const mergeKey: Guard = ({ text }) => (text === '<<' ? 'prints the text << as a merge key' : null);

/** UTF-8 has no form for half a surrogate pair. */
const halfCharacter: Guard = ({ text }) =>
  /\p{Surrogate}/u.test(text) ? 'cannot hold half a character (a lone surrogate)' : null;

const GUARDS: readonly Guard[] = [severalLinesStartWithTab, severalLinesInListStartWithBlank, mergeKey, halfCharacter];

/**
 * Everything in a tree that sops would lose.
 * @param step columns per level of the file
 */
export function losses({ tree, at }: Reading, step: number): readonly Problem[] {
  const inValue = (value: Value, parent: number, column: number): readonly Problem[] => {
    if (isScalar(value)) return value.kind === 'str' ? guard(value.text, column - parent, step, at(value)) : [];
    if (value.kind === 'list') {
      return value.items.flatMap((item) => (item.kind === 'comment' ? [] : inValue(item, column, beside(column))));
    }
    return value.items.flatMap((item) => (item.kind === 'entry' ? inEntry(item, column) : []));
  };
  const inEntry = (entry: Entry, column: number): readonly Problem[] => [
    ...guard(entry.key, below(column, step) - column, step, at(entry)),
    ...inValue(entry.value, column, below(column, step)),
  ];
  return tree.flatMap((document) => inValue(document, 0, 0));
}

function guard(text: string, indent: number, step: number, at: At): readonly Problem[] {
  return GUARDS.flatMap((find): readonly Problem[] => {
    const loss = find({ text, indent, step });
    if (loss === null) return [];
    return [
      { code: 'sops-loses-value', severity: 'error', message: `sops ${loss}`, hint: 'store it base64-encoded', ...at },
    ];
  });
}
