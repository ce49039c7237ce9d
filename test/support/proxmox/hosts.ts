/** What is set at a host itself: its network, DNS, hosts file and time zone. */
import { fill } from './collections.ts';
import { maySee } from './permissions.ts';
import { failed, invalid } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import { nodeOf, type Entry, type Node } from './world.ts';

const nodeAt = ({ world, at }: Call): Node => nodeOf(world, at['node'] ?? '');

/** Bridges that the caller may not use are left out. */
function listInterfaces(call: Call): unknown {
  const { world, caller, form } = call;
  const { interfaces } = nodeAt(call);
  return [...interfaces.values()]
    .filter(({ type }) => !form['type'] || form['type'] === type || form['type'] === `any_${String(type)}`)
    .filter(
      ({ type, iface }) =>
        type !== 'bridge' || maySee(world.access, caller, `SDN.Audit|SDN.Use /sdn/zones/localnetwork/${String(iface)}`),
    );
}

function interfaceAt(call: Call): Entry {
  const entry = nodeAt(call).interfaces.get(call.at['iface'] ?? '');
  if (!entry) throw failed('interface does not exist');
  return entry;
}

function addInterface(call: Call): void {
  const { iface = '' } = call.form;
  const { interfaces } = nodeAt(call);
  if (interfaces.has(iface)) throw invalid({ iface: 'interface already exists' });
  interfaces.set(iface, described(fill({ priority: interfaces.size + 1 }, call, NUMBERS)));
}

function changeInterface(call: Call): void {
  const { iface } = interfaceAt(call);
  const { priority = 1 } = interfaceAt(call);
  nodeAt(call).interfaces.set(String(iface), described({ ...fill({ iface: iface ?? '', priority }, call, NUMBERS) }));
}

const NUMBERS = 'autostart bridge_vlan_aware';

/** What Proxmox VE adds when it reads the file back. */
function described(entry: Entry): Entry {
  const [address, bits] = String(entry['cidr'] ?? '').split('/');
  return {
    method: address ? 'static' : 'manual',
    method6: entry['cidr6'] ? 'static' : 'manual',
    families: ['inet'],
    ...(address && bits ? { address, netmask: bits } : {}),
    ...(entry['bridge_vlan_aware'] ? { bridge_vids: '2-4094' } : {}),
    ...entry,
    ...(entry['comments'] ? { comments: `${String(entry['comments']).trimEnd()}\n` } : {}),
    active: 1,
    exists: 1,
  };
}

/** Settings of one kind, replaced as a whole. */
const settings = (name: 'dns' | 'hosts' | 'time', method: 'PUT' | 'POST', extra: Entry = {}): readonly Route[] => [
  [`GET nodes/{node}/${name}`, ['Sys.Audit /nodes/{node}'], (call) => ({ ...nodeAt(call).settings[name], ...extra })],
  [
    `${method} nodes/{node}/${name}`,
    ['Sys.Modify /nodes/{node}'],
    (call) => void (nodeAt(call).settings[name] = fill({}, call)),
  ],
];

const NOW = 1_700_000_000;
const MODIFY = ['Sys.Modify /nodes/{node}'];

export const hostRoutes: readonly Route[] = [
  ['GET nodes/{node}/network', 'user', listInterfaces],
  ['POST nodes/{node}/network', MODIFY, addInterface],
  ['PUT nodes/{node}/network', MODIFY, (call) => task(call, 'srvreload', 'networking', { run: () => {} })],
  ['DELETE nodes/{node}/network', MODIFY, () => null],
  ['GET nodes/{node}/network/{iface}', ['Sys.Audit /nodes/{node}'], interfaceAt],
  ['PUT nodes/{node}/network/{iface}', MODIFY, changeInterface],
  [
    'DELETE nodes/{node}/network/{iface}',
    MODIFY,
    (call) => void nodeAt(call).interfaces.delete(String(interfaceAt(call)['iface'])),
  ],
  ...settings('dns', 'PUT'),
  ...settings('hosts', 'POST', { digest: '0' }),
  ...settings('time', 'PUT', { time: NOW, localtime: NOW }),
];
