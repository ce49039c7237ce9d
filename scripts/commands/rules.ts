/** `nigari rules [code]`: what `check` can find, and why it matters. Looks at no project. */
import { CATALOGUE, catalogueEntry, CODES, type CatalogueEntry } from '../config/rules/catalogue.ts';
import { quoted } from '../config/path.ts';
import { suggestion } from '../config/suggest.ts';
import { Exit, Refusal, type Problem } from '../problem.ts';
import { ruleUrl } from '../report/rule-url.ts';
import type { CommandResult, Context } from './context.ts';

/** @param args a code; none for all of them. @throws Refusal 2 for one that is not known */
export async function rules({ reporter, json }: Context, args: readonly string[]): CommandResult {
  const chosen = args.map((code) => catalogueEntry(code) ?? unknown(code));
  const entries = chosen.length > 0 ? chosen : CATALOGUE.flatMap((group) => group.entries);
  if (json) reporter.result(JSON.stringify({ rules: entries.map(asData) }, null, 2));
  else for (const line of chosen.length > 0 ? chosen.flatMap(details) : list()) reporter.line(line);
  return Exit.done;
}

function unknown(code: string): never {
  const near = suggestion(code, CODES);
  const problem: Problem = {
    code: 'unknown-rule',
    severity: 'error',
    message: `there is no rule ${quoted(code)}`,
    hint: near === null ? '`nigari rules` lists them all' : `did you mean ${near}?`,
  };
  throw new Refusal([problem], Exit.refusedInput);
}

function asData({ code, severity, atPlan, silenceable, sentence, why }: CatalogueEntry): object {
  return { code, severity, atPlan: atPlan ?? null, silenceable, sentence, why, url: ruleUrl(code) };
}

/** A table: code, severity, sentence. */
function list(): readonly string[] {
  const width = Math.max(...CODES.map(({ length }) => length));
  return CATALOGUE.flatMap(({ title, entries }, index) => [
    ...(index === 0 ? [] : ['']),
    title,
    ...entries.map(({ code, severity, sentence }) => `  ${code.padEnd(width)}  ${severity.padEnd(7)}  ${sentence}`),
  ]);
}

function details(entry: CatalogueEntry): readonly string[] {
  const { code, severity, atPlan, silenceable, sentence, why } = entry;
  return [
    `${code}: ${sentence}`,
    `  ${severity}${atPlan === undefined ? '' : `, at infra plan an ${atPlan}`}`,
    `  ${why}`,
    silenceable ? `  silenced on a line by  # nigari-ignore: ${code} reason` : '  cannot be silenced',
    `  ${ruleUrl(code)}`,
  ];
}
