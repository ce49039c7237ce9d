/** `nigari secrets verify`: whether sealed files are whole, and as `.sops.yaml` says. */
import { Exit, hasErrors, must, type Problem } from '../../problem.ts';
import { summaryText } from '../../report/text.ts';
import { verifySealed, type Depth } from '../../secrets/verify.ts';
import { age } from '../../system/age.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import type { CommandResult, Context } from '../context.ts';
import { chosenFiles, keysIfAny } from './files.ts';

/** One file, as `--json` prints it. */
interface Verified {
  readonly file: string;
  /** Null where the file is damaged. */
  readonly checked: Depth | null;
}

/** @returns 0, also with warnings, and 2 when a file is damaged or in clear */
export async function secretsVerify(context: Context, named: readonly string[]): CommandResult {
  const { reporter, json, root } = context;
  const files = await chosenFiles(context, named);
  const config = must(await loadSopsConfig(root), Exit.refusedInput);
  const keys = { identities: await keysIfAny(context), age };
  const verified: Verified[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const found = await verifySealed(file, config, keys);
    problems.push(...found.problems);
    verified.push({ file: file.path, checked: found.ok ? found.value : null });
  }
  if (json) reporter.result(JSON.stringify({ files: verified, problems }, null, 2));
  for (const { file, checked } of verified) if (checked !== null) reporter.line(`${file}: ${WORDS[checked]}`, 'good');
  if (files.length === 0) reporter.line('no sealed file is here');
  reporter.problems(problems);
  if (problems.length > 0) reporter.line(summaryText(problems), hasErrors(problems) ? 'bad' : 'changed');
  return hasErrors(problems) ? Exit.refusedInput : Exit.done;
}

const WORDS: Readonly<Record<Depth, string>> = {
  mac: 'whole, as its MAC proves',
  structure: 'well-formed; without a key that opens it nothing can be said of its values',
};
