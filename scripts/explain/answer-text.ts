/** An answer as people read it. */
import type { Answer, AnsweredLine, AnsweredValue } from './answer.ts';
import type { Dependence } from './output.ts';
import { tableText } from './table.ts';
import { storyText } from './words.ts';

/**
 * One value is told with all its sources, many are a table.
 * @param width columns of the terminal, null for a file or pipe
 */
export function answerText({ line, values }: Answer, width: number | null): string {
  if (line === null) return valuesText(values, width);
  const known = DEPENDENCES.map(({ as, title }) => ({ title, values: values.filter((value) => value.as === as) }))
    .filter((group) => group.values.length > 0)
    .map((group) => [...group.title, valuesText(group.values, width)].join('\n'));
  const nothing = known.length === 0 ? ['No value of the model is known to be in this line.'] : [];
  return [lineText(line), ...known, ...nothing].join('\n\n');
}

/** In the order in which they are told. */
const DEPENDENCES: readonly { readonly as: Dependence; readonly title: readonly string[] }[] = [
  { as: 'value', title: [] },
  { as: 'condition', title: ['The line is there because of'] },
  { as: 'variable', title: ['It uses a variable of terraform.tfvars:'] },
];

function lineText({ file, line, text, template, templateLine }: AnsweredLine): string {
  const made = `made by ${template}${templateLine === null ? '' : `:${templateLine}`}`;
  return [`${file}:${line}, ${made}`, ...(text === null ? [] : [`  ${text.trim()}`])].join('\n');
}

function valuesText(values: readonly AnsweredValue[], width: number | null): string {
  const [only, another] = values;
  if (only === undefined) return 'There is no value: the list is empty.';
  return another === undefined ? storyText(only) : tableText(values, width);
}
