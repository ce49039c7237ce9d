/** `nigari talos schematic …`: the schematics of the project, by what they hold, and what the Image Factory makes of them. */
import { derive } from '../../config/derive.ts';
import { validate } from '../../config/validate.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { send } from '../../system/http.ts';
import { loadInputs } from '../../system/inputs.ts';
import { registered, registration } from '../../talos/factory.ts';
import { projectSchematics, type ProjectSchematic } from '../../talos/project-schematics.ts';
import { step, type CommandResult, type Context } from '../context.ts';

/** Asks nobody. @throws Refusal 2 for the inputs */
export async function schematicId(context: Context): CommandResult {
  const schematics = await schematicsOf(context);
  context.reporter.result(
    context.json ? JSON.stringify({ schematics }, null, 2) : schematics.map(documentText).join('---\n'),
  );
  return Exit.done;
}

/** YAML that the factory's page takes, under comments that say what it is. */
function documentText({ id, yaml, nodes }: ProjectSchematic): string {
  return `# ${id}\n# ${nodes.join(', ')}\n${yaml ?? '# Only the id is written: what is in it is not known here.\n'}`;
}

/** For one answer, in milliseconds. */
const PATIENCE = 30_000;

/** @throws Refusal 2 for the inputs or the address, 4 where the factory does not answer, refuses, or gives another id */
export async function registerSchematics(context: Context, factory: string): CommandResult {
  refuseAddress(factory);
  const schematics = await schematicsOf(context);
  const problems: Problem[] = [];
  for (const schematic of schematics) problems.push(...(await register(context, factory, schematic)));
  if (problems.length > 0) throw new Refusal(problems, Exit.otherProgram);
  if (context.json) context.reporter.result(JSON.stringify({ factory, schematics: schematics.map(asData) }, null, 2));
  else for (const schematic of schematics) context.reporter.line(...sentence(schematic, new URL(factory).host));
  return Exit.done;
}

async function schematicsOf({ root }: Context): Promise<readonly ProjectSchematic[]> {
  return projectSchematics(derive(must(validate(await loadInputs(root)), Exit.refusedInput)).model.nodes);
}

/** @returns what is wrong with this one @throws Refusal 4 where nobody answers: the next one would fare no better */
async function register(
  context: Context,
  factory: string,
  { id, yaml }: ProjectSchematic,
): Promise<readonly Problem[]> {
  if (yaml === null) return [];
  const schematic = { id, yaml };
  const { env, signal } = context;
  const answer = await step(context, `Register ${id.slice(0, 12)}…`, () =>
    send(registration(factory, schematic), { milliseconds: PATIENCE, env, signal }),
  );
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  const { problems } = registered(answer, schematic, factory);
  if ('failure' in answer) throw new Refusal(problems, Exit.otherProgram);
  return problems;
}

const asData = ({ id, nodes, yaml }: ProjectSchematic): object => ({ id, nodes, registered: yaml !== null });

function sentence({ id, nodes, yaml }: ProjectSchematic, host: string): [text: string, tone: 'good' | 'changed'] {
  if (yaml !== null) return [`${host} has ${id} (${nodes.join(', ')})`, 'good'];
  return [`${id} (${nodes.join(', ')}) was not sent: only its id is written`, 'changed'];
}

function refuseAddress(factory: string): void {
  if (URL.canParse(factory) && /^https?:$/.test(new URL(factory).protocol)) return;
  throw new Refusal(
    [
      {
        code: 'factory-address',
        severity: 'error',
        message: `${JSON.stringify(factory)} is no address of an Image Factory`,
        hint: 'write it as https://factory.talos.dev',
      },
    ],
    Exit.refusedInput,
  );
}
