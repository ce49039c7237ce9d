/** Lists of named things that are only kept: what is sent is what is read. */
import { failed } from './refused.ts';
import { listed, type Call, type Needs, type Route } from './route.ts';
import type { Entry, World } from './world.ts';

interface Collection {
  readonly path: string;
  /** The parameter that names an entry. */
  readonly id: string;
  readonly read: Needs;
  readonly write: Needs;
  /** Proxmox VE's words where there is none of that name. */
  readonly missing: (id: string) => string;
  /** What an entry has without being told. */
  readonly defaults?: (id: string) => Entry;
  readonly numbers?: string;
  /** Parameters that may be repeated, and are read as arrays. */
  readonly lists?: string;
  /** The release that has it, where not all have. */
  readonly release?: readonly [number: string, elsewhere: string];
}

const HA = { read: ['Sys.Audit /'], write: ['Sys.Console /'] } as const;

const mapping = (type: string): Collection => ({
  path: `cluster/mapping/${type}`,
  id: 'id',
  read: [`Mapping.Audit|Mapping.Use|Mapping.Modify /mapping/${type}/{id}`],
  write: [`Mapping.Modify /mapping/${type}/{id}`],
  missing: (id) => `mapping '${id}' does not exist`,
  defaults: () => ({ type }),
  numbers: 'mdev live-migration-capable',
  lists: 'map',
});

const COLLECTIONS: readonly Collection[] = [
  {
    ...HA,
    path: 'cluster/ha/groups',
    id: 'group',
    missing: (id) => `no such ha group '${id}'`,
    defaults: () => ({ type: 'group' }),
    numbers: 'nofailback restricted',
    release: ['8', 'ha groups have been migrated to rules'],
  },
  {
    ...HA,
    path: 'cluster/ha/rules',
    id: 'rule',
    missing: (id) => `no such ha rule '${id}'`,
    numbers: 'disable strict',
    release: ['9', "Method '/cluster/ha/rules' not implemented"],
  },
  {
    ...HA,
    path: 'cluster/ha/resources',
    id: 'sid',
    missing: (id) => `no such resource '${id}'`,
    defaults: (id) => ({ type: id.split(':')[0] ?? '', state: 'started' }),
    numbers: 'max_restart max_relocate failback',
  },
  mapping('pci'),
  mapping('usb'),
  mapping('dir'),
];

/**
 * Puts a form into an entry.
 * @param numbers names of what JSON carries as numbers, separated by blanks
 * @param lists names of what may be repeated
 */
export function fill(entry: Entry, { form, all }: Pick<Call, 'form' | 'all'>, numbers = '', lists = ''): Entry {
  const [asNumber, asList] = [numbers.split(' '), lists.split(' ')];
  const filled = { ...entry };
  for (const key of listed(form['delete'])) delete filled[key];
  for (const [key, value] of Object.entries(form)) {
    if (key === 'delete' || key === 'digest') continue;
    if (asList.includes(key)) filled[key] = all(key);
    else filled[key] = asNumber.includes(key) ? Number(value) : value;
  }
  return filled;
}

function entriesOf(world: World, { path, release }: Collection): Map<string, Entry> {
  if (release && !world.version.startsWith(release[0])) throw failed(release[1]);
  const entries = world.collections.get(path) ?? new Map<string, Entry>();
  world.collections.set(path, entries);
  return entries;
}

function routesOf(collection: Collection): readonly Route[] {
  const { path, id: name, read, write, missing, defaults, numbers, lists } = collection;
  const entries = (call: Call): Map<string, Entry> => entriesOf(call.world, collection);
  const there = (call: Call): readonly [id: string, entry: Entry] => {
    const id = call.at['id'] ?? '';
    const entry = entries(call).get(id);
    if (!entry) throw failed(missing(id));
    return [id, entry];
  };
  const add = (call: Call): void => {
    const id = call.form[name] ?? '';
    if (entries(call).has(id)) throw failed(`'${id}' already exists`);
    entries(call).set(id, fill(defaults?.(id) ?? {}, call, numbers, lists));
  };
  const change = (call: Call): void => {
    const [id, entry] = there(call);
    entries(call).set(id, fill(entry, call, numbers, lists));
  };
  return [
    [`GET ${path}`, 'user', (call) => [...entries(call).values()]],
    [`POST ${path}`, write, add],
    [`GET ${path}/{id}`, read, (call) => there(call)[1]],
    [`PUT ${path}/{id}`, write, change],
    [`DELETE ${path}/{id}`, write, (call) => void entries(call).delete(there(call)[0])],
  ];
}

export const collectionRoutes: readonly Route[] = COLLECTIONS.flatMap(routesOf);
