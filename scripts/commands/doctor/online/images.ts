/** Does the image factory have the images? Asked from here: Proxmox VE itself downloads them. */
import type { Context } from '../../context.ts';
import { ok, type Row } from '../row.ts';
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
  if (answer.status < 400) return ok(name, `${new URL(url).host} has it`);
  return {
    name,
    status: answer.status === 404 ? 'fail' : 'warning',
    found: `${new URL(url).host} answers ${answer.status}`,
    remedy: unknownSchematic(url),
  };
}

/** Source: https://github.com/siderolabs/image-factory, "POST /schematics". */
const unknownSchematic = (url: string): string =>
  `correct talos_version or schematic_id; a schematic that the factory does not know is registered by: curl -X POST --data-binary @schematic.yaml ${new URL('/schematics', url).href}`;
