/** `nigari infra state-push`: saves a state that an apply could not save, or a copy. */
import { isAbsolute, join } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { removeOwnFile } from '../../system/own-file.ts';
import { textIfThere } from '../../system/private-folder.ts';
import { withStateFolder } from '../../system/state-file.ts';
import { isEncrypted, stateEncryption } from '../../tofu/state-encryption.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { initIfDue } from './init.ts';
import { prepare, unsavedState, type Prepared } from './instance.ts';
import { runTofu } from './tofu.ts';
import { wantedForm } from './wanted-form.ts';

/** @param args options of tofu, and the path of a state; without one it is that which tofu left, and removed in the end */
export async function statePush(context: Context, args: readonly string[]): CommandResult {
  const prepared = await prepare(context, 'state');
  const options = args.filter((argument) => argument.startsWith('-'));
  const [named] = args.filter((argument) => !argument.startsWith('-'));
  const path = named ?? unsavedState(prepared.instance.directory);
  const file = isAbsolute(path) ? path : join(context.root, path);
  const text = await textIfThere(file);
  if (text === null) throw new Refusal([named === undefined ? nothingUnsaved : noSuchState(path)], Exit.refusedInput);
  await initIfDue(context, prepared);
  await step(context, `Save ${path}`, async () => {
    const stdin = isEncrypted(text) ? await decrypt(context, prepared, text) : text;
    await runTofu(context, prepared, 'state-push', { args: [...options, '-'], stdin });
  });
  if (named === undefined) await removeOwnFile(file);
  context.reporter.line(`The state is saved${named === undefined ? `, and ${path} removed` : ''}`, 'good');
  return Exit.done;
}

/** OpenTofu 1.12.6 itself encrypts `errored.tfstate`, and then takes no state that is encrypted. In clear it is in memory only. */
async function decrypt(context: Context, prepared: Prepared, text: string): Promise<string> {
  const env = stateEncryption(wantedForm(context, prepared));
  const opened = await withStateFolder(context.root, text, async (directory) => {
    const call = { ...prepared, instance: { ...prepared.instance, directory } };
    return (await runTofu(context, call, 'state-pull', { env })).stdout;
  });
  return must(opened, Exit.refusedInput);
}

const nothingUnsaved: Problem = {
  code: 'nothing-unsaved',
  severity: 'error',
  message: 'there is no errored.tfstate: no apply failed to save its state here',
  hint: 'to save another one: `nigari infra state-push FILE`',
};

const noSuchState = (path: string): Problem => ({
  code: 'state-file-missing',
  severity: 'error',
  file: path,
  message: 'there is no such file, or it cannot be read',
  hint: 'name the path of a state, from the folder of the project',
});
