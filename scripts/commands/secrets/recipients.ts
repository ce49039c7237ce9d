/** `nigari secrets recipients`: who can open what. */
import { quoted } from '../../config/path.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { creationRules, ruleOf, type CreationRule } from '../../secrets/rules/creation-rules.ts';
import { shortRecipient } from '../../secrets/versions/difference-line.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { chosenFiles, keysIfAny, projectPath } from './files.ts';

/** The rules of a project, and the file that says them. */
export interface Rules {
  readonly config: SourceFile;
  readonly all: readonly CreationRule[];
  /** Those that are meant. */
  readonly chosen: readonly CreationRule[];
}

/**
 * @param wanted number of a rule, or a path that it covers; null for every rule that names an age recipient
 * @throws Refusal 2 without a `.sops.yaml`, for one that is not whole, and for a rule that is not there
 */
export async function rulesOf(context: Context, wanted: string | null): Promise<Rules> {
  const config = must(await loadSopsConfig(context.root), Exit.refusedInput);
  if (config === null) throw new Refusal([noConfig], Exit.refusedInput);
  const all = must(creationRules(config), Exit.refusedInput);
  if (wanted === null) return { config, all, chosen: all.filter(({ recipients }) => recipients.ok) };
  const one = /^\d+$/.test(wanted) ? all[Number(wanted) - 1] : ruleOf(projectPath(context, wanted), all);
  if (!one) throw new Refusal([noSuchRule(wanted, all.length)], Exit.refusedInput);
  must(one.recipients, Exit.refusedInput);
  return { config, all, chosen: [one] };
}

const noConfig: Problem = {
  code: 'no-sops-config',
  severity: 'error',
  message: 'there is no .sops.yaml, which says for whom secrets are sealed',
  hint: 'run `nigari init`: it makes one, or says what it must hold',
};

function noSuchRule(wanted: string, count: number): Problem {
  const message = `.sops.yaml has no rule ${quoted(wanted)}`;
  const hint = `name one by its number, 1 to ${count}, or by a path that it covers; \`nigari secrets recipients list\` shows them`;
  return { code: 'no-such-rule', severity: 'error', message, hint };
}

/** One rule, as `--json` prints it. */
interface ListedRule {
  readonly rule: number;
  readonly path: string;
  readonly recipients: readonly { readonly recipient: string; readonly keyHere: boolean }[];
  /** Sealed files that it covers. */
  readonly files: readonly string[];
}

export async function recipientsList(context: Context, wanted: string | null): CommandResult {
  const { all, chosen } = await rulesOf(context, wanted);
  const held = (await keysIfAny(context)).map(({ recipient }) => recipient);
  const files = (await chosenFiles(context, [])).map(({ path }) => path);
  const listed = chosen.map(({ number, path, recipients }): ListedRule => {
    const names = recipients.ok ? recipients.value : [];
    return {
      rule: number,
      path,
      recipients: names.map((recipient) => ({ recipient, keyHere: held.includes(recipient) })),
      files: files.filter((file) => ruleOf(file, all)?.number === number),
    };
  });
  if (context.json) context.reporter.result(JSON.stringify({ rules: listed }, null, 2));
  else for (const line of listed.flatMap(lines)) context.reporter.line(line);
  return Exit.done;
}

function lines({ rule, path, recipients, files }: ListedRule): readonly string[] {
  const covers = files.length === 1 ? '1 sealed file' : `${files.length} sealed files`;
  return [
    `rule ${rule}, ${path === '' ? 'every path' : path}: ${covers}`,
    ...recipients.map(
      ({ recipient, keyHere }) => `  ${shortRecipient(recipient)}${keyHere ? '  (its key is here)' : ''}`,
    ),
  ];
}
