/** `nigari infra upgrade`: the newest providers that the version constraints allow, into the lock file. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { LOCK_FILE, versionChanges } from '../../tofu/lock-file.ts';
import type { CommandResult, Context } from '../context.ts';
import { tofuInit } from './init.ts';
import { prepare } from './instance.ts';
import { lockPlatforms, readLockFile } from './lock-file.ts';

/** @throws Refusal 2 without inputs, 4 when init fails */
export async function infraUpgrade(context: Context, args: readonly string[]): CommandResult {
  const { root, reporter, call } = context;
  if ((await lockPlatforms(context)) === null) throw new Refusal([noInputs], Exit.refusedInput);
  const prepared = await prepare(context, 'state');
  const { directory } = prepared.instance;
  const before = await readLockFile(root, directory);
  await tofuInit(context, prepared, {
    args: ['-upgrade', ...args],
    output: 'shown',
  });
  const after = await readLockFile(root, directory);
  for (const change of versionChanges(before, after)) reporter.line(change, 'changed');
  if (before === after) reporter.line('Every provider is the newest that its version constraint allows');
  else {
    reporter.line(`Commit ${directory}/${LOCK_FILE}. Next, see what that changes:`);
    reporter.line(`  ${call} infra plan`);
  }
  return Exit.done;
}

const noInputs: Problem = {
  code: 'no-inputs',
  severity: 'error',
  message: 'the lock file is changed only where its inputs are: cluster.yaml or nodes.yaml is not here',
  hint: 'run it where both are, and commit the lock file',
};
