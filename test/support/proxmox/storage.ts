/** Storages and what lies on them. A local storage is another one on each host, under the same name. */
import { maySee } from './permissions.ts';
import { failed } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import { nodeOf, type Storage, type Volume, type World } from './world.ts';

const FILE_BASED = new Set(['dir', 'nfs', 'cifs', 'btrfs', 'cephfs', 'glusterfs']);

/** @throws when there is no such storage, or not on this host */
export function storageOf(world: World, node: string, name: string): Storage {
  const storage = world.storages.get(name);
  if (!storage) throw failed(`storage '${name}' does not exist`);
  if (storage.nodes && !storage.nodes.includes(node))
    throw failed(`storage '${name}' is not available on node '${node}'`);
  return storage;
}

/** @throws when it is not meant for that content */
export function storageFor(world: World, node: string, name: string, content: string): Storage {
  const storage = storageOf(world, node, name);
  if (storage.content.includes(content)) return storage;
  throw failed(`storage '${name}' does not support content-type '${content}'`);
}

/** The storage that a volume id names. */
export const storageName = (volid: string): string => volid.split(':', 1)[0] ?? '';

export function findVolume(world: World, node: string, volid: string): Volume | undefined {
  return world.volumes.find((volume) => volume.volid === volid && (volume.node === '' || volume.node === node));
}

/** @throws when it is not there */
export function volumeOf(world: World, node: string, volid: string): Volume {
  const volume = findVolume(world, node, volid);
  if (!volume) throw failed(`volume '${volid}' does not exist`);
  return volume;
}

export interface NewVolume {
  readonly node: string;
  readonly storage: string;
  readonly vmid: number;
  readonly size: number;
  /** `disk-{n}`: n is the first that is free; or `cloudinit`. */
  readonly name: string;
  readonly format: string;
  /** `base` where it belongs to a template. */
  readonly prefix?: 'vm' | 'base';
  readonly content?: 'images' | 'rootdir';
}

/** Makes a volume for a guest, named as this kind of storage names them. */
export function allocate(world: World, wanted: NewVolume): Volume {
  const { node, vmid, size, content = 'images' } = wanted;
  const storage = storageFor(world, node, wanted.storage, content);
  const onFiles = FILE_BASED.has(storage.type);
  const format = onFiles ? wanted.format : 'raw';
  const place = (name: string): string => `${storage.storage}:${onFiles ? `${vmid}/${name}.${format}` : name}`;
  const volid = freeName(world, wanted, place);
  if (storage.full) throw failed(`unable to create '${volid}': no space left on storage '${storage.storage}'`);
  const volume = { volid, storage: storage.storage, node: storage.shared ? '' : node, content, format, size, vmid };
  world.volumes.push(volume);
  return volume;
}

function freeName(
  world: World,
  { node, vmid, name, prefix = 'vm' }: NewVolume,
  place: (name: string) => string,
): string {
  for (let number = 0; ; number += 1) {
    const names = ['vm', 'base'].map((one) => place(`${one}-${vmid}-${name.replace('{n}', String(number))}`));
    if (!name.includes('{n}') || !names.some((volid) => findVolume(world, node, volid)))
      return names[prefix === 'vm' ? 0 : 1] ?? '';
  }
}

export function removeVolume(world: World, node: string, volid: string): void {
  const volume = findVolume(world, node, volid);
  if (volume) world.volumes.splice(world.volumes.indexOf(volume), 1);
}

/** Thin volumes take no space; files take theirs. */
function space(world: World, node: string, storage: Storage): { total: number; used: number; avail: number } {
  const here = world.volumes.filter((one) => one.storage === storage.storage && (one.node === '' || one.node === node));
  const kept = storage.type === 'lvmthin' ? 0 : here.reduce((sum, { size }) => sum + size, 0);
  const used = storage.full ? storage.total : Math.min(kept, storage.total);
  return { total: storage.total, used, avail: storage.total - used };
}

export function describeStorage(world: World, node: string, storage: Storage): Record<string, unknown> {
  const { storage: name, type, content, shared } = storage;
  const { total, used, avail } = space(world, node, storage);
  return {
    storage: name,
    type,
    content: content.join(','),
    shared: Number(shared),
    active: 1,
    enabled: 1,
    total,
    used,
    avail,
    used_fraction: total === 0 ? 0 : used / total,
  };
}

/** The storages of a host that a caller may see. */
export function storagesAt({ world, caller }: Call, node: string): readonly Storage[] {
  return [...world.storages.values()]
    .filter(({ nodes }) => nodes?.includes(node) ?? true)
    .filter(({ storage }) =>
      maySee(world.access, caller, `Datastore.Audit|Datastore.AllocateSpace /storage/${storage}`),
    );
}

function listStorages(call: Call): unknown {
  const { form, world } = call;
  const node = call.at['node'] ?? '';
  return storagesAt(call, node)
    .filter(({ storage, content }) =>
      form['storage'] === undefined
        ? !form['content'] || content.includes(form['content'])
        : form['storage'] === storage,
    )
    .map((storage) => describeStorage(world, node, storage));
}

const describeVolume = ({ volid, content, format, size, vmid }: Volume): object => ({
  volid,
  content,
  format,
  size,
  ...(vmid === undefined ? {} : { vmid }),
});

function listContent({ world, at, form }: Call): unknown {
  const storage = storageOf(world, at['node'] ?? '', at['storage'] ?? '');
  return world.volumes
    .filter((volume) => volume.storage === storage.storage && (volume.node === '' || volume.node === at['node']))
    .filter(({ content }) => !form['content'] || content === form['content'])
    .map(describeVolume);
}

/** `iso/x.iso` and `local:iso/x.iso` name the same volume. */
const volidIn = (at: Call['at']): string =>
  at['volume']?.includes(':') ? at['volume'] : `${at['storage']}:${at['volume']}`;

function showVolume({ world, at }: Call): unknown {
  const { format, size, volid } = volumeOf(world, at['node'] ?? '', volidIn(at));
  return { path: `/simulated/${volid.replace(':', '/')}`, format, size, used: size };
}

function deleteVolume(call: Call): string {
  const { world, at } = call;
  const volume = volumeOf(world, at['node'] ?? '', volidIn(at));
  return task(call, 'imgdel', volume.volid, { run: () => removeVolume(world, at['node'] ?? '', volume.volid) });
}

const ANY_AUDIT = 'Datastore.Audit|Datastore.AllocateSpace /storage/{storage}';

export const storageRoutes: readonly Route[] = [
  ['GET nodes/{node}/storage', 'user', listStorages],
  [
    'GET nodes/{node}/storage/{storage}/status',
    [ANY_AUDIT],
    ({ world, at }) => {
      const { name } = nodeOf(world, at['node'] ?? '');
      return describeStorage(world, name, storageOf(world, name, at['storage'] ?? ''));
    },
  ],
  ['GET nodes/{node}/storage/{storage}/content', [ANY_AUDIT], listContent],
  ['GET nodes/{node}/storage/{storage}/content/{volume}', [ANY_AUDIT], showVolume],
  ['DELETE nodes/{node}/storage/{storage}/content/{volume}', ['Datastore.Allocate /storage/{storage}'], deleteVolume],
];
