/** Users, their tokens, groups, roles, and what is granted to whom: `access`. */
import { privilegesOf, type Grant, type Token, type User } from './permissions.ts';
import { failed, invalid, Refused } from './refused.ts';
import { listed, type Call, type Needs, type Route } from './route.ts';

function roleOf({ world, at }: Call): readonly string[] {
  const privileges = world.access.roles.get(at['role'] ?? '');
  if (!privileges) throw failed(`role '${at['role']}' does not exist`);
  return privileges;
}

const asObject = (privileges: readonly string[]): object => Object.fromEntries(privileges.map((name) => [name, 1]));

/** A privilege that another release has is none here. */
function setRole({ world, form }: Call, role: string): void {
  const privileges = listed(form['privs']);
  const known = privilegesOf(world.version);
  const unknown = privileges.find((name) => !known.includes(name));
  if (unknown) throw invalid({ privs: `invalid format - invalid privilege '${unknown}'\n` });
  const kept = form['append'] === '1' ? (world.access.roles.get(role) ?? []) : [];
  world.access.roles.set(role, [...new Set([...kept, ...privileges])]);
}

function addRole(call: Call): void {
  const { roleid = '' } = call.form;
  if (call.world.access.roles.has(roleid)) throw failed(`create role failed: role '${roleid}' already exists`);
  setRole(call, roleid);
}

function changeRole(call: Call): void {
  roleOf(call);
  setRole(call, call.at['role'] ?? '');
}

function userOf({ world, at }: Call): User {
  const user = world.access.users.get(at['user'] ?? '');
  if (!user) throw failed(`no such user ('${at['user']}')`);
  return user;
}

const describeUser = ({ userid, enable, groups, fields }: User): object => ({
  userid,
  enable: Number(enable),
  expire: 0,
  groups,
  ...fields,
});

function setUser(
  user: User,
  { password, enable, groups, comment, email, firstname, lastname, keys }: Call['form'],
): void {
  if (password !== undefined) user.password = password;
  if (enable !== undefined) user.enable = enable === '1';
  if (groups !== undefined) user.groups = [...listed(groups)];
  for (const [name, value] of Object.entries({ comment, email, firstname, lastname, keys })) {
    if (value !== undefined) user.fields[name] = value;
  }
}

function addUser({ world, form }: Call): void {
  const { userid = '' } = form;
  if (world.access.users.has(userid)) throw failed(`create user failed: user '${userid}' already exists`);
  const user: User = { userid, password: '', enable: true, groups: [], fields: {} };
  setUser(user, form);
  world.access.users.set(userid, user);
}

/** Its tokens and grants go with it. */
function removeUser(call: Call): void {
  const { access } = call.world;
  const { userid } = userOf(call);
  access.users.delete(userid);
  for (const id of access.tokens.keys()) if (id.startsWith(`${userid}!`)) access.tokens.delete(id);
  revoke(access.acl, ({ ugid }) => ugid === userid || ugid.startsWith(`${userid}!`));
}

function revoke(acl: Grant[], isGone: (grant: Grant) => boolean): void {
  acl.splice(0, acl.length, ...acl.filter((grant) => !isGone(grant)));
}

const fullId = ({ at }: Call): string => `${at['user']}!${at['token']}`;

function tokenOf(call: Call): Token {
  const token = call.world.access.tokens.get(fullId(call));
  if (!token) throw failed(`no such token '${call.at['token']}' for user '${call.at['user']}'`);
  return token;
}

const describeToken = ({ privsep, comment }: Token): object => ({ privsep: Number(privsep), expire: 0, comment });

/** The secret is told once. */
function addToken(call: Call): unknown {
  const { tokens } = call.world.access;
  const { userid } = userOf(call);
  if (tokens.has(fullId(call))) throw invalid({ tokenid: 'Token already exists.' });
  const secret = `00000000-0000-4000-8000-${String(tokens.size).padStart(12, '0')}`;
  const { privsep = '1', comment = '' } = call.form;
  const token = { userid, name: call.at['token'] ?? '', secret, privsep: privsep === '1', comment };
  tokens.set(fullId(call), token);
  return { 'full-tokenid': fullId(call), info: describeToken(token), value: secret };
}

function changeToken(call: Call): unknown {
  const token = tokenOf(call);
  const { privsep, comment } = call.form;
  if (privsep !== undefined) token.privsep = privsep === '1';
  if (comment !== undefined) token.comment = comment;
  return describeToken(token);
}

const TYPES = { users: 'user', groups: 'group', tokens: 'token' } as const;

/** Grants every role to everyone who is named, or with `delete=1` takes it from them. */
function changeAcl({ world, form }: Call): void {
  const { path = '/', propagate = '1' } = form;
  const { acl, roles } = world.access;
  for (const roleid of listed(form['roles'])) {
    if (!roles.has(roleid)) throw invalid({ roles: `role '${roleid}' does not exist` });
    for (const [parameter, type] of Object.entries(TYPES)) {
      for (const ugid of listed(form[parameter])) {
        revoke(acl, (one) => one.path === path && one.ugid === ugid && one.roleid === roleid);
        if (form['delete'] !== '1') acl.push({ path, type, ugid, roleid, propagate: propagate === '1' });
      }
    }
  }
}

function groupOf({ world, at }: Call): { comment: string } {
  const group = world.access.groups.get(at['group'] ?? '');
  if (!group) throw failed(`group '${at['group']}' does not exist`);
  return group;
}

function showGroup(call: Call): unknown {
  const users = [...call.world.access.users.values()].filter(({ groups }) => groups.includes(call.at['group'] ?? ''));
  return { ...groupOf(call), members: users.map(({ userid }) => userid) };
}

/** A user may do it for itself. */
const selfOr =
  (need: string): Needs =>
  ({ caller, at }) =>
    caller.user.userid === at['user'] ? [] : [need];

const changePassword = (call: Call): void => {
  const user = call.world.access.users.get(call.form['userid'] ?? '');
  if (!user) throw new Refused(500, `change password failed: user '${call.form['userid']}' does not exist`);
  user.password = call.form['password'] ?? '';
};

const USERS = 'User.Modify /access/groups';
const TOKEN = 'access/users/{user}/token/{token}';

export const accessRoutes: readonly Route[] = [
  [
    'GET access/roles',
    'user',
    ({ world }) => [...world.access.roles].map(([roleid, privs]) => ({ roleid, privs: privs.join(',') })),
  ],
  ['POST access/roles', ['Sys.Modify /access'], addRole],
  ['GET access/roles/{role}', 'user', (call) => asObject(roleOf(call))],
  ['PUT access/roles/{role}', ['Sys.Modify /access'], changeRole],
  [
    'DELETE access/roles/{role}',
    ['Sys.Modify /access'],
    (call) => void (roleOf(call) && call.world.access.roles.delete(call.at['role'] ?? '')),
  ],
  ['GET access/users', 'user', ({ world }) => [...world.access.users.values()].map(describeUser)],
  ['POST access/users', [USERS], addUser],
  ['GET access/users/{user}', selfOr(USERS), (call) => describeUser(userOf(call))],
  ['PUT access/users/{user}', [USERS], (call) => setUser(userOf(call), call.form)],
  ['DELETE access/users/{user}', [USERS], removeUser],
  ['PUT access/password', [USERS], changePassword],
  ['GET access/users/{user}/token', selfOr(USERS), (call) => tokensOf(call)],
  [`GET ${TOKEN}`, selfOr(USERS), (call) => describeToken(tokenOf(call))],
  [`POST ${TOKEN}`, selfOr(USERS), addToken],
  [`PUT ${TOKEN}`, selfOr(USERS), changeToken],
  [`DELETE ${TOKEN}`, selfOr(USERS), (call) => void (tokenOf(call) && call.world.access.tokens.delete(fullId(call)))],
  [
    'GET access/acl',
    'user',
    ({ world }) => world.access.acl.map((grant) => ({ ...grant, propagate: Number(grant.propagate) })),
  ],
  ['PUT access/acl', ['Permissions.Modify {path}'], changeAcl],
  [
    'GET access/groups',
    'user',
    ({ world }) => [...world.access.groups].map(([groupid, { comment }]) => ({ groupid, comment })),
  ],
  [
    'POST access/groups',
    ['Group.Allocate /access/groups'],
    ({ world, form }) => void world.access.groups.set(form['groupid'] ?? '', { comment: form['comment'] ?? '' }),
  ],
  ['GET access/groups/{group}', 'user', showGroup],
  [
    'PUT access/groups/{group}',
    ['Group.Allocate /access/groups'],
    (call) => void Object.assign(groupOf(call), { comment: call.form['comment'] ?? '' }),
  ],
  [
    'DELETE access/groups/{group}',
    ['Group.Allocate /access/groups'],
    (call) => void (groupOf(call) && call.world.access.groups.delete(call.at['group'] ?? '')),
  ],
];

function tokensOf(call: Call): unknown {
  const { userid } = userOf(call);
  const own = [...call.world.access.tokens.values()].filter((token) => token.userid === userid);
  return own.map((token) => ({ tokenid: token.name, ...describeToken(token) }));
}
