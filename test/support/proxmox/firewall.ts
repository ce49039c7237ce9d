/** Options and rules of the firewall: of the cluster, a host, or a guest. */
import { fill } from './collections.ts';
import { failed } from './refused.ts';
import type { Call, Route } from './route.ts';
import type { Entry, Firewall } from './world.ts';

/** Where a firewall stands, and who may read and write it. */
const SCOPES: readonly (readonly [path: string, read: string, write: string])[] = [
  ['cluster', 'Sys.Audit /', 'Sys.Modify /'],
  ['nodes/{node}', 'Sys.Audit /nodes/{node}', 'Sys.Modify /nodes/{node}'],
  ['nodes/{node}/qemu/{vmid}', 'VM.Audit /vms/{vmid}', 'VM.Config.Network /vms/{vmid}'],
  ['nodes/{node}/lxc/{vmid}', 'VM.Audit /vms/{vmid}', 'VM.Config.Network /vms/{vmid}'],
];

const NUMBERS = 'enable dhcp ipfilter macfilter ndp radv ebtables nosmurfs tcpflags';

function firewallOf({ world, at }: Call): Firewall {
  const key = at['vmid'] ?? at['node'] ?? 'cluster';
  const firewall = world.firewalls.get(key) ?? { options: {}, rules: [] };
  world.firewalls.set(key, firewall);
  return firewall;
}

function setOptions(call: Call): void {
  const firewall = firewallOf(call);
  firewall.options = fill(firewall.options, call, NUMBERS);
}

function ruleAt(call: Call): readonly [rules: Entry[], pos: number, rule: Entry] {
  const { rules } = firewallOf(call);
  const pos = Number(call.at['pos']);
  const rule = rules[pos];
  if (!rule) throw failed(`no rule at position ${pos}`);
  return [rules, pos, rule];
}

/** A new rule comes first, unless it says where. */
function addRule(call: Call): void {
  const { pos = '0', ...form } = call.form;
  firewallOf(call).rules.splice(Number(pos), 0, fill({}, { ...call, form }, NUMBERS));
}

function changeRule(call: Call): void {
  const { moveto, ...form } = call.form;
  const [rules, pos, rule] = ruleAt(call);
  const { pos: _, ...changed } = fill(rule, { ...call, form }, NUMBERS);
  rules.splice(pos, 1);
  rules.splice(moveto === undefined ? pos : Number(moveto), 0, changed);
}

const routesAt = ([path, read, write]: (typeof SCOPES)[number]): readonly Route[] => {
  const at = `${path}/firewall`;
  return [
    [`GET ${at}/options`, [read], (call) => firewallOf(call).options],
    [`PUT ${at}/options`, [write], setOptions],
    // The position is a number in the list, and a string by itself.
    [`GET ${at}/rules`, [read], (call) => firewallOf(call).rules.map((rule, pos) => ({ ...rule, pos }))],
    [`POST ${at}/rules`, [write], addRule],
    [`GET ${at}/rules/{pos}`, [read], (call) => ({ ...ruleAt(call)[2], pos: call.at['pos'] })],
    [`PUT ${at}/rules/{pos}`, [write], changeRule],
    [
      `DELETE ${at}/rules/{pos}`,
      [write],
      (call) => {
        const [rules, pos] = ruleAt(call);
        rules.splice(pos, 1);
      },
    ],
  ];
};

export const firewallRoutes: readonly Route[] = SCOPES.flatMap(routesAt);
