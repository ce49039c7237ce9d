/** Does the image factory have the images? Asked from here: Proxmox VE itself downloads them. */
import type { Context } from '../../context.ts';
import { ok, type Row } from '../row.ts';
import { schematicQuestion } from '../../../talos/factory.ts';
import { ask, type Opened } from './probe.ts';

export async function images({ signal }: Context, opened: Opened): Promise<readonly Row[]> {
  const { images: list } = opened.instance.variables;
  const found = Array.isArray(list) ? (list as readonly { readonly url: string; readonly file_name: string }[]) : [];
  return Promise.all(found.map((image) => imageRow(image, opened, signal)));
}

async function imageRow(
  { url, file_name }: { readonly url: string; readonly file_name: string },
  opened: Opened,
  signal: AbortSignal,
): Promise<Row> {
  const name = `image ${file_name}`;
  const answer = await ask({ method: 'HEAD', url, headers: {} }, opened, signal);
  if ('failure' in answer)
    return {
      name,
      status: 'warning',
      found: `${new URL(url).host} does not answer here (${answer.reason})`,
      remedy: 'Proxmox VE downloads it, not this machine: has it internet access?',
    };
  const { host } = new URL(url);
  if (answer.status < 400) return ok(name, `${host} has it`);
  const found = `${host} answers ${answer.status}`;
  if (answer.status !== 404) return { name, status: 'warning', found, remedy: 'ask again later' };
  return { name, status: 'fail', ...(await whyMissing(url, opened, signal)) };
}

/** The factory makes an image when it is asked for: it has none where it does not know the schematic, or cannot make it. */
async function whyMissing(url: string, opened: Opened, signal: AbortSignal): Promise<Pick<Row, 'found' | 'remedy'>> {
  const [, , schematic = '', version = ''] = new URL(url).pathname.split('/');
  const { host, origin } = new URL(url);
  const answer = await ask(schematicQuestion(origin, schematic), opened, signal);
  if ('status' in answer && answer.status === 200)
    return {
      found: `${host} knows the schematic, and makes no image of it for Talos ${version}`,
      remedy: 'is talos_version a release, and has it all extensions of the schematic?',
    };
  return {
    found: `${host} does not know the schematic ${schematic}`,
    remedy: 'nigari talos schematic register makes it known; where only schematic_id is written, correct that',
  };
}
