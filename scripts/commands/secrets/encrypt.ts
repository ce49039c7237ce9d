/** `nigari secrets encrypt FILE`: a YAML file in clear becomes a sealed one, in its place. */
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import { write } from '../../system/write.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { sealAll, toSeal } from '../sealed-files.ts';
import { INPUTS, SOPS_CONFIG } from '../init/survey.ts';
import { chosenFiles } from './files.ts';

/** @throws Refusal 2 for what no rule covers, or sops would lose, or is no YAML; the file is then as it was */
export async function secretsEncrypt(context: Context, named: string): CommandResult {
  const [file] = await chosenFiles(context, [named]);
  if (file === undefined) return Exit.done;
  refuseReadable(file, context.call);
  const sealed = readSealed(file);
  const isNew = !sealed.ok && sealed.problems.some(({ code }) => code === 'not-sealed');
  if (!sealed.ok && !isNew) throw new Refusal(sealed.problems, Exit.refusedInput);
  if (isNew) await encrypt(context, file);
  report(context, file.path, isNew);
  return Exit.done;
}

/** Files that nigari, or sops, must be able to read without a key. */
function refuseReadable({ path }: SourceFile, call: string): void {
  if (![...INPUTS, SOPS_CONFIG].includes(path)) return;
  const message = `${path} must stay readable`;
  const hint = `credentials of cluster.yaml are sealed in ${SEALED_FILE}: \`${call} init --commit-config\` moves them there`;
  throw new Refusal([{ code: 'not-to-be-sealed', severity: 'error', message, hint, file: path }], Exit.refusedInput);
}

async function encrypt(context: Context, file: SourceFile): Promise<void> {
  const problems: Problem[] = [];
  // Not with what is on disk: that is not sealed, and no comparison is wanted.
  const disk = new Map();
  const [sealed] = await sealAll(context, [toSeal(file)], { disk }, (found) => problems.push(...found));
  context.reporter.problems(problems);
  if (sealed === undefined) return;
  const change = { kind: 'update', path: file.path, sealed } as const;
  const { root, signal } = context;
  must(await write([change], root, { signal, seen: new Map([[file.path, file]]) }), Exit.refusedInput);
}

function report({ reporter, json }: Context, file: string, isNew: boolean): void {
  if (json) reporter.result(JSON.stringify({ file, change: isNew ? 'encrypted' : 'unchanged' }, null, 2));
  reporter.line(isNew ? `${file} is encrypted now` : `${file} is encrypted already`, isNew ? 'changed' : 'plain');
  if (isNew)
    reporter.line('It was in clear until now: where git, a backup or an editor kept it so, change what it holds.');
}
