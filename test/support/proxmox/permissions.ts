/**
 * Who may do what. Source: Proxmox VE's administration guide, "User Management" (roles, propagation, tokens), and
 * its `PVE::RPCEnvironment` for the order of checks and their words.
 */
import { Refused } from './refused.ts';

export interface User {
  readonly userid: string;
  password: string;
  enable: boolean;
  groups: string[];
  /** Comment, mail address, names. */
  readonly fields: Record<string, string>;
}

export interface Token {
  readonly userid: string;
  readonly name: string;
  readonly secret: string;
  /** Then it has only what both it and its user are granted. */
  privsep: boolean;
  comment: string;
}

export interface Grant {
  readonly path: string;
  readonly type: 'user' | 'group' | 'token';
  /** User, group or full token id. */
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: boolean;
}

export interface Access {
  readonly users: Map<string, User>;
  /** By full id, user@realm!name. */
  readonly tokens: Map<string, Token>;
  readonly groups: Map<string, { comment: string }>;
  readonly roles: Map<string, readonly string[]>;
  readonly acl: Grant[];
}

/** Who asks: a user, or one of its tokens. */
export interface Caller {
  readonly user: User;
  readonly token: Token | null;
}

/** What a token is called. */
export const tokenId = (token: Pick<Token, 'userid' | 'name'>): string => `${token.userid}!${token.name}`;

/** As it stands in logs and task ids. */
export const callerId = ({ user, token }: Caller): string => (token ? tokenId(token) : user.userid);

const COMMON =
  'Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Group.Allocate Mapping.Audit Mapping.Modify Mapping.Use Permissions.Modify Pool.Allocate Pool.Audit Realm.Allocate Realm.AllocateUser SDN.Allocate SDN.Audit SDN.Use Sys.AccessNetwork Sys.Audit Sys.Console Sys.Incoming Sys.Modify Sys.PowerMgmt Sys.Syslog User.Modify VM.Allocate VM.Audit VM.Backup VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Console VM.Migrate VM.PowerMgmt VM.Snapshot VM.Snapshot.Rollback';
const BY_RELEASE: Readonly<Record<string, string>> = {
  8: 'VM.Monitor',
  9: 'VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted VM.Replicate',
};

/** `9` of `9.0.3`. */
export const releaseOf = (version: string): string => version.split('.', 1)[0] ?? '';

/** All privileges of a release, 8 or 9. */
export function privilegesOf(version: string): readonly string[] {
  return `${COMMON} ${BY_RELEASE[releaseOf(version)] ?? ''}`.trim().split(' ').toSorted();
}

/** The built-in roles that matter here. */
export function builtInRoles(version: string): Map<string, readonly string[]> {
  const all = privilegesOf(version);
  return new Map([
    ['Administrator', all],
    ['NoAccess', []],
    [
      'PVEAdmin',
      all.filter((name) => !/^(Permissions|Realm\.Allocate$|Sys\.(AccessN|Incoming|Modify|Power))/.test(name)),
    ],
    ['PVEAuditor', all.filter((name) => name.endsWith('.Audit'))],
    ['PVEDatastoreUser', ['Datastore.AllocateSpace', 'Datastore.Audit']],
    ['PVEVMAdmin', all.filter((name) => name.startsWith('VM.'))],
    ['PVEVMUser', ['VM.Audit', 'VM.Backup', 'VM.Config.CDROM', 'VM.Config.Cloudinit', 'VM.Console', 'VM.PowerMgmt']],
  ]);
}

/** `/`, `/vms`, `/vms/1101` for `/vms/1101`. */
function prefixes(path: string): readonly string[] {
  const parts = path.split('/').filter(Boolean);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

/** The roles that hold at `path`: the deepest grant counts, and one to a user before those to its groups. */
function rolesAt(acl: readonly Grant[], path: string, isTheirs: (grant: Grant) => boolean): readonly string[] | null {
  let roles: readonly string[] | null = null;
  for (const prefix of prefixes(path)) {
    const here = acl.filter((grant) => grant.path === prefix && (grant.propagate || prefix === path));
    const theirs = here.filter(isTheirs).map(({ roleid }) => roleid);
    if (theirs.length > 0) roles = theirs;
  }
  return roles;
}

function granted({ roles }: Access, names: readonly string[] | null): ReadonlySet<string> {
  if (!names || names.includes('NoAccess')) return new Set();
  return new Set(names.flatMap((name) => roles.get(name) ?? []));
}

/** What a caller may do at a path. */
export function privilegesAt(access: Access, { user, token }: Caller, path: string): ReadonlySet<string> {
  const own = userPrivileges(access, user, path);
  if (!token?.privsep) return own;
  const full = tokenId(token);
  const separate = granted(
    access,
    rolesAt(access.acl, path, ({ type, ugid }) => type === 'token' && ugid === full),
  );
  return new Set([...separate].filter((name) => own.has(name)));
}

function userPrivileges(access: Access, user: User, path: string): ReadonlySet<string> {
  if (user.userid === 'root@pam') return new Set(access.roles.get('Administrator'));
  const own = rolesAt(access.acl, path, ({ type, ugid }) => type === 'user' && ugid === user.userid);
  const throughGroups = ({ type, ugid }: Grant): boolean => type === 'group' && user.groups.includes(ugid);
  return granted(access, own ?? rolesAt(access.acl, path, throughGroups));
}

/**
 * What a call needs: `PRIVILEGE PATH`, where `A|B PATH` takes either, and `X or Y and Z` leaves the choice between
 * whole needs. Several are all needed.
 */
export type Need = string;

/** @throws 403 for the first that is missing; where there was a choice Proxmox VE does not say what was */
export function demand(access: Access, caller: Caller, needs: readonly Need[]): void {
  for (const need of needs) {
    const choices = need.split(' or ').map((choice) => choice.split(' and '));
    const isMet = (one: string): boolean => holds(access, caller, one);
    if (choices.some((choice) => choice.every(isMet))) continue;
    if (choices.length > 1) throw new Refused(403, 'Permission check failed');
    const missing = choices[0]?.find((one) => !isMet(one)) ?? need;
    const [privileges, path] = missing.split(' ');
    throw new Refused(403, `Permission check failed (${path}, ${privileges})`);
  }
}

function holds(access: Access, caller: Caller, need: string): boolean {
  const [privileges = '', path = '/'] = need.split(' ');
  const has = privilegesAt(access, caller, path);
  return privileges.split('|').some((name) => has.has(name));
}

/** Whether a caller may see what lies at a path, in lists that leave out the rest. */
export const maySee = (access: Access, caller: Caller, need: Need): boolean => holds(access, caller, need);
