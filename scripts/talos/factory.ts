/** What is asked of an Image Factory, as values, and what its answers mean. Source: siderolabs/image-factory, docs/api.md. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { HttpAnswer, HttpRequest, NoAnswer } from '../secrets/providers/http.ts';

export const FACTORY = 'https://factory.talos.dev';

/** A schematic whose id was worked out here. */
interface WorkedOut {
  readonly id: string;
  /** As the factory writes it. */
  readonly yaml: string;
}

/** Makes a schematic known to the factory; one that it knows stays as it is. */
export const registration = (factory: string, { yaml }: WorkedOut): HttpRequest => ({
  method: 'POST',
  url: new URL('/schematics', factory).href,
  headers: { 'content-type': 'application/yaml' },
  body: yaml,
});

/** Whether the factory knows a schematic: 200, or 404. */
export const schematicQuestion = (factory: string, id: string): HttpRequest => ({
  method: 'GET',
  url: new URL(`/schematics/${id}`, factory).href,
  headers: {},
});

/** @returns nothing where the factory has the schematic under the id that was worked out; every problem has exit code 4 */
export function registered(answer: HttpAnswer | NoAnswer, schematic: WorkedOut, factory: string): Checked<null> {
  const { host } = new URL(factory);
  if ('failure' in answer) return refused(noAnswer(answer, host));
  if (answer.status !== 200 && answer.status !== 201) return refused(refusal(answer, schematic, host));
  const made = madeIn(answer.body);
  if (made === null) return refused(notAFactory(host));
  return made.id === schematic.id ? checked(null) : refused(differs(made, schematic, host));
}

interface Made {
  readonly id: string;
  /** Newer factories tell it: what they wrote. */
  readonly schematic?: unknown;
}

function madeIn(body: string): Made | null {
  try {
    const made = JSON.parse(body) as Made | null;
    return typeof made?.id === 'string' && /^[0-9a-f]{64}$/.test(made.id) ? made : null;
  } catch {
    return null;
  }
}

const noAnswer = ({ failure, reason }: NoAnswer, host: string): Problem => ({
  code: 'factory-unreachable',
  severity: 'error',
  message: failure === 'late' ? `${host} did not answer in time` : `${host} does not answer (${reason})`,
  hint:
    failure === 'certificate'
      ? 'let this machine trust the authority that signed its certificate: in the file that SSL_CERT_FILE names'
      : 'has this machine internet access? `nigari talos schematic id` prints what can be pasted at factory.talos.dev elsewhere',
});

const refusal = ({ status, body }: HttpAnswer, { id }: WorkedOut, host: string): Problem => ({
  code: 'factory-refused',
  severity: 'error',
  message: `${host} answers ${status} to the schematic ${id}${body.trim() === '' ? '' : `: ${body.trim().slice(0, 200)}`}`,
  hint: status >= 500 ? 'try again later' : 'correct the schematic as it says',
});

const notAFactory = (host: string): Problem => ({
  code: 'factory-not-a-factory',
  severity: 'error',
  message: `${host} answers, but with no id of a schematic`,
  hint: 'is it an Image Factory? --factory names another one',
});

/** A bug here, or a new factory: the one whose images are downloaded is right. */
const differs = ({ id, schematic }: Made, ours: WorkedOut, host: string): Problem => ({
  code: 'schematic-id-differs',
  severity: 'error',
  message: `${host} gives the id ${id} to the schematic whose id here is ${ours.id}${differenceWords(ours.yaml, schematic)}`,
  hint: `write schematic_id: ${id} in place of the schematic, and report what differs`,
});

function differenceWords(ours: string, theirs: unknown): string {
  if (typeof theirs !== 'string') return '';
  const [here, there] = [ours.split('\n'), theirs.split('\n')];
  const at = there.findIndex((line, index) => line !== here[index]);
  if (at < 0) return '';
  return `: in its line ${at + 1} it has ${JSON.stringify(there[at]?.trim())}, not ${JSON.stringify(here[at]?.trim() ?? '')}`;
}
