/** `nigari secrets set NAME`: one value into the right sealed file; every other byte of it stays. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { amend } from '../../secrets/amend.ts';
import { pathOf } from '../../secrets/sops/names.ts';
import { open } from '../../secrets/open.ts';
import { sealContent, type SealInputs } from '../../secrets/seal.ts';
import type { Tree } from '../../secrets/tree/tree.ts';
import { isVariable, variableFault } from '../../secrets/guards/variables.ts';
import { readSecret } from '../../system/secret-input.ts';
import { write } from '../../system/write.ts';
import type { CommandResult, Context } from '../context.ts';
import { isInput } from './own-place.ts';
import { sealInputs } from './reseal.ts';
import { setInProvider } from './set-in-provider.ts';
import { targetOf } from './set-target.ts';
import { workerLines } from './worker.ts';

/** @param args the name, and nothing else. @throws Refusal 2 */
export async function secretsSet(context: Context, args: readonly string[], file: string | null): CommandResult {
  const name = onlyName(args);
  const place = await targetOf(context, name, file);
  if ('provider' in place) return setInProvider(context, place.provider, name);
  const target = await openTarget(context, place.file);
  const text = must(await readSecret(name, context.signal), Exit.refusedInput);
  if (text === null) throw new Refusal([], Exit.interrupted);
  const warnings = fitness(name, text);
  const change = await put(context, target, name, text);
  context.reporter.problems(warnings);
  report(context, { file: target.path, name, change, isInput: await isInput(context, target.path) });
  return Exit.done;
}

function onlyName([name, ...others]: readonly string[]): string {
  if (name !== undefined && others.length === 0) return name;
  const problem = name === undefined ? noName : valueInArguments;
  throw new Refusal([problem], Exit.refusedInput);
}

/** A file to be changed, opened. */
interface Target {
  readonly path: string;
  readonly tree: Tree;
  readonly inputs: SealInputs;
}

/** Before anybody types a secret: whether it can be written. @throws Refusal 2 when it cannot */
async function openTarget(context: Context, path: string): Promise<Target> {
  const inputs = await sealInputs(context, [path]);
  const file = inputs.disk.get(path);
  const tree = file === undefined ? [] : must(await open({ path, bytes: file.bytes }, inputs), Exit.refusedInput).tree;
  return { path, tree, inputs };
}

/** What no environment can hold is refused; what only `exec` cannot pass is told. */
function fitness(name: string, text: string): readonly Problem[] {
  const fault = text === '' ? 'it is empty' : variableFault(name, text);
  if (fault !== null) throw new Refusal([unfit(name, fault)], Exit.refusedInput);
  return pathOf(name).length > 1 || isVariable(name) ? [] : [noVariable(name)];
}

type Outcome = 'created' | 'updated' | 'unchanged';

async function put(context: Context, { path, tree, inputs }: Target, name: string, text: string): Promise<Outcome> {
  const { tree: amended, added } = must(amend(tree, name, text), Exit.refusedInput);
  if (added === null) return 'unchanged';
  const sealed = must(await sealContent({ path, tree: amended, added }, inputs), Exit.refusedInput);
  const kind = inputs.disk.has(path) ? 'update' : 'create';
  const { root, signal } = context;
  must(await write([{ kind, path, sealed }], root, { signal, seen: inputs.disk }), Exit.refusedInput);
  return `${kind}d`;
}

const WORDS = { created: 'is set in the new', updated: 'is set in', unchanged: 'is that already in' } as const;

interface Done {
  readonly file: string;
  readonly name: string;
  readonly change: Outcome;
  readonly isInput: boolean;
}

function report({ reporter, json, call }: Context, { file, name, change, isInput }: Done): void {
  const configure = isInput ? [`next: \`${call} configure\` seals it into what is generated`] : [];
  const next = change === 'unchanged' ? [] : [...configure, ...workerLines([name], call)];
  if (json) reporter.result(JSON.stringify({ file, name, change, next }, null, 2));
  reporter.line(`${name} ${WORDS[change]} ${file}`, change === 'unchanged' ? 'plain' : 'changed');
  for (const line of next) reporter.line(line);
}

const noName: Problem = {
  code: 'secret-not-named',
  severity: 'error',
  message: 'which secret is to be set?',
  hint: 'name it: `nigari secrets set NAME`; `nigari secrets list` names what there is',
};

const valueInArguments: Problem = {
  code: 'secret-in-arguments',
  severity: 'error',
  message: 'only a name may stand here: arguments are in the list of processes and in the history of the shell',
  hint: 'give the value on stdin, or type it when asked; if one stood there, it is no secret any more',
};

function unfit(name: string, fault: string): Problem {
  const hint = 'nothing was written; is it the right value? A binary one is kept as base64';
  return { code: 'secret-unfit', severity: 'error', message: `${name} cannot have this value: ${fault}`, hint };
}

function noVariable(name: string): Problem {
  const message = `${name} is no name of a variable: \`nigari exec\` cannot pass what is in its file`;
  return { code: 'not-a-variable', severity: 'warning', message, hint: 'letters, digits and _ make one' };
}
