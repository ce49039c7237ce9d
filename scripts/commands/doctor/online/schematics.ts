/** Does the image factory know the schematics of machines that are there already? For VMs it is asked for their images instead. */
import { derive } from '../../../config/derive.ts';
import { validate } from '../../../config/validate.ts';
import { loadInputs } from '../../../system/inputs.ts';
import { FACTORY, schematicQuestion } from '../../../talos/factory.ts';
import { projectSchematics, type ProjectSchematic } from '../../../talos/project-schematics.ts';
import type { Context } from '../../context.ts';
import { ok, type Row } from '../row.ts';
import { ask, fail, type Limits } from './probe.ts';

/** @returns null where VMs are made, or the inputs do not say */
export async function bareMetalSchematics(
  { root, signal }: Context,
  limits: Limits,
  factory = FACTORY,
): Promise<readonly Row[] | null> {
  const config = validate(await loadInputs(root));
  if (!config.ok) return null;
  const { nodes, instances } = derive(config.value).model;
  if (instances.length > 0) return null;
  return Promise.all(projectSchematics(nodes).map((schematic) => schematicRow(schematic, limits, factory, signal)));
}

async function schematicRow(
  { id, yaml, nodes }: ProjectSchematic,
  limits: Limits,
  factory: string,
  signal: AbortSignal,
): Promise<Row> {
  const name = `schematic ${id.slice(0, 12)}`;
  const { host } = new URL(factory);
  const answer = await ask(schematicQuestion(factory, id), limits, signal);
  if ('failure' in answer || answer.status >= 500) {
    const why = 'failure' in answer ? `does not answer here (${answer.reason})` : `answers ${answer.status}`;
    return { name, status: 'warning', found: `${host} ${why}`, remedy: 'has this machine internet access?' };
  }
  if (answer.status < 400) return ok(name, `${host} knows it`);
  const remedy = yaml === null ? `correct schematic_id of ${nodes.join(', ')}` : 'nigari talos schematic register';
  return fail(name, `${host} does not know it`, remedy);
}
