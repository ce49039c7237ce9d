/** Is Proxmox VE there, does it take the token, and has it what the machines need? */
import type { Checked, Problem } from '../../../problem.ts';
import { guestsOf } from '../../../proxmox/answers.ts';
import { bridgesOf, nodesOf, privilegesAt, storagesOf, versionOf } from '../../../proxmox/host-answers.ts';
import { lacks, pathOf, PLACES, type Lack, type Places } from '../../../proxmox/privileges.ts';
import { grantLine } from '../../../proxmox/setup.ts';
import type { RenderedInstance } from '../../../tofu/rendered-instance.ts';
import type { Context } from '../../context.ts';
import { proxmoxOf, type Ask } from '../../infra/proxmox.ts';
import { ok, type Row } from '../row.ts';
import { fail, type Opened } from './probe.ts';

/** What the rendered variables say of the host. */
interface Wanted extends Places {
  readonly node: string;
  readonly machines: RenderedInstance['machines'];
}

export async function proxmox(context: Context, opened: Opened): Promise<readonly Row[]> {
  const ask = proxmoxOf(context, opened, opened.left);
  if (ask === null)
    return [
      {
        name: 'proxmox',
        status: 'warning',
        found: 'not asked: no address, or no token',
        remedy: 'set proxmox_api_url and the token in cluster.yaml, then run `nigari configure`',
      },
    ];
  const version = await ask('version');
  if (!version.ok) return [failed('proxmox', version)];
  const wanted = wantedOf(opened.instance);
  const node = encodeURIComponent(wanted.node);
  const [nodes, storages, network, guests, lacking] = await Promise.all([
    ask('nodes'),
    ask(`nodes/${node}/storage`),
    ask(`nodes/${node}/network`),
    ask('cluster/resources?type=vm'),
    lackingOf(ask, wanted),
  ]);
  return [
    versionRow(versionOf(version.value)),
    ...privilegeRows(lacking),
    rowOf('proxmox node', nodes, (data) => nodeRow(wanted.node, nodesOf(data))),
    ...rowsOf('proxmox storage', storages, (data) => storageRows(wanted, storagesOf(data), made(guests))),
    rowOf('proxmox bridge', network, (data) => bridgeRow(wanted.bridge, bridgesOf(data))),
    ...rowsOf('proxmox ids', guests, (data) => idRows(wanted, guestsOf(data))),
  ];
}

function wantedOf({ variables, machines }: RenderedInstance): Wanted {
  const text = (key: string): string => (typeof variables[key] === 'string' ? variables[key] : '');
  const advanced = variables['proxmox_vm_advanced'] as { readonly network_bridge?: string } | undefined;
  return {
    node: text('proxmox_node'),
    isoStorage: text('proxmox_iso_storage'),
    diskStorage: text('proxmox_disk_storage'),
    bridge: advanced?.network_bridge ?? 'vmbr0',
    machines,
  };
}

type Answer = Checked<unknown>;

const rowsOf = (name: string, answer: Answer, rows: (data: unknown) => readonly Row[]): readonly Row[] =>
  answer.ok ? rows(answer.value) : [failed(name, answer)];

const rowOf = (name: string, answer: Answer, row: (data: unknown) => Row): Row =>
  answer.ok ? row(answer.value) : failed(name, answer);

function failed(name: string, { problems: [problem] }: { readonly problems: readonly Problem[] }): Row {
  return fail(name, problem?.message ?? 'no answer', problem?.hint ?? '');
}

function versionRow(version: string): Row {
  if (Number.parseInt(version, 10) >= 8) return ok('proxmox', `version ${version}, and it takes the token`);
  const remedy = 'nigari is made for Proxmox VE 8 and 9: https://pve.proxmox.com/wiki/Upgrade_from_7_to_8';
  return { name: 'proxmox', status: 'warning', found: `version ${version}`, remedy };
}

async function lackingOf(ask: Ask, places: Places): Promise<readonly Lack[] | Problem> {
  const paths = PLACES.map((place) => pathOf[place](places));
  const answers = await Promise.all(paths.map((path) => ask(`access/permissions?path=${encodeURIComponent(path)}`)));
  const refused = answers.find((answer) => !answer.ok);
  if (refused !== undefined) return refused.problems[0] as Problem;
  const granted = new Map(answers.map((answer, index) => [paths[index], answer.ok ? answer.value : null]));
  return lacks(places, (path) => privilegesAt(granted.get(path), path));
}

function privilegeRows(lacking: readonly Lack[] | Problem): readonly Row[] {
  if ('code' in lacking) return [fail('proxmox token', lacking.message, lacking.hint ?? '')];
  if (lacking.length === 0) return [ok('proxmox token', 'has every privilege that is needed')];
  return lacking.map((lack) =>
    fail(
      'proxmox token',
      `lacks ${lack.privileges.join(', ')} on ${lack.path}`,
      `give it a role that has them: \`nigari proxmox setup\` prints all of it; where its roles are there: ${grantLine(lack)}`,
    ),
  );
}

function nodeRow(node: string, nodes: ReadonlyMap<string, boolean>): Row {
  const isOnline = nodes.get(node);
  if (isOnline === true) return ok('proxmox node', `${node} is online`);
  if (isOnline === false)
    return fail('proxmox node', `${node} is offline`, 'start it, or look at the cluster’s quorum');
  return fail(
    'proxmox node',
    `there is no ${node}, but ${[...nodes.keys()].join(', ') || 'none that the token may see'}`,
    'correct proxmox_node in cluster.yaml',
  );
}

const GIB = 2 ** 30;

/** Names of the machines that are there. */
const made = (guests: Answer): ReadonlySet<string> =>
  new Set(guests.ok ? guestsOf(guests.value).map(({ name }) => name ?? '') : []);

function storageRows(
  { isoStorage, diskStorage, machines }: Wanted,
  storages: ReturnType<typeof storagesOf>,
  there: ReadonlySet<string>,
): readonly Row[] {
  const missing = machines.filter(({ name }) => !there.has(name)).reduce((sum, { gigabytes }) => sum + gigabytes, 0);
  const wants = [
    { key: 'proxmox_iso_storage', name: isoStorage, content: 'iso', gigabytes: 0 },
    { key: 'proxmox_disk_storage', name: diskStorage, content: 'images', gigabytes: missing },
  ];
  return wants.map(({ key, name, content, gigabytes }) => {
    const storage = storages.find((one) => one.name === name);
    const title = `storage ${name}`;
    if (storage === undefined)
      return fail(
        title,
        'is not there, or the token may not see it',
        `correct ${key} in cluster.yaml, or give the token Datastore.Audit on /storage/${name}`,
      );
    if (!storage.isUsable) return fail(title, 'is switched off, or not reachable', 'see Datacenter → Storage');
    if (!storage.content.includes(content))
      return fail(
        title,
        `takes no ${content}, only ${storage.content.join(', ')}`,
        `pvesm set ${name} --content ${[...storage.content, content].join(',')}`,
      );
    const free = Math.floor(storage.free / GIB);
    if (free >= gigabytes) return ok(title, `takes ${content}, ${free} GiB free`);
    const remedy = 'make room; or smaller disks. On thin storage it may do as long as the disks are not full';
    return {
      name: title,
      status: 'warning',
      found: `${free} GiB free, and ${gigabytes} GiB of disks are to be made`,
      remedy,
    };
  });
}

function bridgeRow(bridge: string, bridges: readonly string[]): Row {
  if (bridges.includes(bridge)) return ok('proxmox bridge', bridge);
  return fail(
    'proxmox bridge',
    `there is no ${bridge} that the token may see${bridges.length > 0 ? `, but ${bridges.join(', ')}` : ''}`,
    'correct proxmox_vm_advanced.network_bridge in cluster.yaml, or give the token SDN.Use',
  );
}

/** By name: of a state nothing is known here. */
function idRows({ machines }: Wanted, guests: ReturnType<typeof guestsOf>): readonly Row[] {
  const owners = new Map(guests.map(({ id, name, node }) => [id, { name, node }]));
  const taken = machines.flatMap(({ name, id }) => {
    const owner = id === null ? undefined : owners.get(id);
    return owner === undefined || owner.name === name ? [] : [{ name, id, owner }];
  });
  if (taken.length === 0) return [ok('proxmox ids', 'no VM id of nodes.yaml belongs to somebody else')];
  return taken.map(({ name, id, owner }) => ({
    name: 'proxmox ids',
    status: 'warning',
    found: `the id ${id} of ${name} belongs to ${owner.name ?? 'a guest without a name'} on ${owner.node}`,
    remedy: 'another vm_id in nodes.yaml; where that is the same machine under another name, all is well',
  }));
}
