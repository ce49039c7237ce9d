/** The command line of Proxmox VE for users, roles and grants, as far as instructions tell people to use it. */
import { ask, type Answered } from './client.ts';
import type { Simulator } from './simulator.ts';

/** Words → the call they make; `{}` takes the next word, and the names are those of the words that follow. */
const COMMANDS: readonly (readonly [words: string, call: string, ...names: string[]])[] = [
  ['role add', 'POST access/roles', 'roleid'],
  ['role modify', 'PUT access/roles/{}'],
  ['role delete', 'DELETE access/roles/{}'],
  ['user add', 'POST access/users', 'userid'],
  ['user delete', 'DELETE access/users/{}'],
  ['user token add', 'POST access/users/{}/token/{}'],
  ['user token remove', 'DELETE access/users/{}/token/{}'],
  ['group add', 'POST access/groups', 'groupid'],
  ['acl modify', 'PUT access/acl', 'path'],
  ['acl delete', 'PUT access/acl', 'path'],
];
/** Options may be in the singular. */
const PLURAL: Readonly<Record<string, string>> = { user: 'users', group: 'groups', token: 'tokens', role: 'roles' };

const ROOT = { id: 'root@pam!pveum', secret: 'root' };

/**
 * Runs a line as root would: `pveum acl modify /vms --users ci@pve --roles ci`. Quotes keep blanks together.
 * @throws when there is no such command
 */
export async function pveum(proxmox: Simulator, line: string): Promise<Answered> {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
  const [, ...given] = words;
  const command = COMMANDS.find(([start]) => given.join(' ').startsWith(`${start} `));
  if (!command || words[0] !== 'pveum') throw new Error(`no such command: ${line}`);
  const [start, call, ...names] = command;
  const { positional, options } = parse(given.slice(start.split(' ').length));
  const path = call.replaceAll('{}', () => encodeURIComponent(positional.shift() ?? ''));
  const named = names.map((name) => [name, positional.shift() ?? ''] as const);
  const extra = start === 'acl delete' ? { delete: '1' } : {};
  proxmox.world.access.tokens.set(ROOT.id, {
    userid: 'root@pam',
    name: 'pveum',
    secret: ROOT.secret,
    privsep: false,
    comment: '',
  });
  return ask({ ...proxmox, token: ROOT }, path, { ...Object.fromEntries([...named, ...options]), ...extra });
}

/** `a --b c -d=e` */
function parse(words: readonly string[]): {
  readonly positional: string[];
  readonly options: readonly [string, string][];
} {
  const positional: string[] = [];
  const options: [string, string][] = [];
  for (let index = 0; index < words.length; index += 1) {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/.exec(words[index] ?? '') ?? [];
    if (name === undefined) positional.push(words[index] ?? '');
    else options.push([PLURAL[name] ?? name, value ?? words[(index += 1)] ?? '']);
  }
  return { positional, options };
}
