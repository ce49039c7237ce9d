/** Images that a host is told to fetch. Nothing is fetched: a table says what lies under which URL. */
import { createHash } from 'node:crypto';
import { failed, invalid } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import { findVolume, storageOf } from './storage.ts';
import type { World } from './world.ts';

const MIB = 2 ** 20;

function sizeOf({ images }: World, url: string): number | undefined {
  const key = Object.keys(images).find((one) => (one.endsWith('*') ? url.startsWith(one.slice(0, -1)) : one === url));
  return key === undefined ? undefined : images[key];
}

function queryUrl({ world, form }: Call): unknown {
  const url = form['url'] ?? '';
  const size = sizeOf(world, url);
  if (size === undefined) throw failed("invalid server response: '404 Not Found'");
  return { filename: url.split('/').at(-1), mimetype: 'application/octet-stream', size };
}

function download(call: Call): string {
  const { world, at, form } = call;
  const { url = '', content = '', filename = '' } = form;
  const node = at['node'] ?? '';
  const storage = storageOf(world, node, at['storage'] ?? '');
  if (!storage.content.includes(content))
    throw invalid({ storage: `storage '${storage.storage}' is not configured for content-type '${content}'` });
  const volid = `${storage.storage}:${content}/${filename}`;
  if (findVolume(world, node, volid)) throw failed(`refusing to override existing file '${filename}'`);
  return task(call, 'download', filename, {
    run: (log) => {
      log(`downloading ${url} to ${volid}`);
      const size = sizeOf(world, url);
      if (size === undefined) throw failed(`download failed: 404 Not Found`);
      if (storage.full) throw failed(`download failed: no space left on device`);
      verify(form, url);
      log(`${Math.ceil(size / MIB)} MiB, 100%`);
      const format = filename.split('.').at(-1) ?? '';
      world.volumes.push({ volid, storage: storage.storage, node: storage.shared ? '' : node, content, format, size });
    },
  });
}

/** The contents of an image are its URL, as far as checksums go. */
function verify({ checksum, 'checksum-algorithm': algorithm }: Call['form'], url: string): void {
  if (!checksum || !algorithm) return;
  const actual = createHash(algorithm).update(url).digest('hex');
  if (actual !== checksum) throw failed(`checksum mismatch: got '${actual}' != expect '${checksum}'`);
}

/** There are two ways to have it, so the refusal does not say what is missing. */
const MAY_FETCH = 'Sys.Audit / and Sys.Modify / or Sys.AccessNetwork /nodes/{node}';

export const downloadRoutes: readonly Route[] = [
  ['GET nodes/{node}/query-url-metadata', [MAY_FETCH], queryUrl],
  [
    'POST nodes/{node}/storage/{storage}/download-url',
    ['Datastore.AllocateTemplate /storage/{storage}', MAY_FETCH],
    download,
  ],
];
