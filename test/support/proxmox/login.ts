/** Who calls: by API token, or by ticket. Words as in `PVE::AccessControl` and `PVE::HTTPServer`. */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Access, Caller, User } from './permissions.ts';
import { Refused } from './refused.ts';
import type { Call, Route } from './route.ts';

const denied = (reason: string): Refused => new Refused(401, reason);

const KEY = randomBytes(32);
const signed = (text: string): string => createHmac('sha256', KEY).update(text).digest('hex');

/** @throws 401 with what is wrong */
export function callerOf(access: Access, method: string, headers: IncomingHttpHeaders): Caller {
  const token = /^PVEAPIToken=(.*)$/.exec(headers.authorization ?? '')?.[1];
  if (token !== undefined) return byToken(access, token);
  const ticket = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  if (ticket === undefined) throw denied('No ticket');
  return byTicket(access, decodeURIComponent(ticket), method, headers.csrfpreventiontoken);
}

function byToken(access: Access, text: string): Caller {
  const [, id = '', secret = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  const userid = id.split('!', 1)[0] ?? '';
  const user = userOf(access, userid);
  const token = access.tokens.get(id);
  if (!token) throw denied(`no such token '${id.split('!')[1] ?? ''}' for user '${userid}'`);
  if (token.secret !== secret) throw denied('invalid token value!');
  return { user, token };
}

function userOf(access: Access, userid: string): User {
  const user = access.users.get(userid);
  if (!user) throw denied(`no such user ('${userid}')`);
  if (!user.enable) throw denied(`user '${userid}' is disabled`);
  return user;
}

function byTicket(access: Access, ticket: string, method: string, csrf: unknown): Caller {
  const [, userid = '', signature] = /^PVE:(.+):[0-9A-F]{8}::([0-9a-f]+)$/.exec(ticket) ?? [];
  if (signature !== signed(userid)) throw denied('permission denied - invalid PVE ticket');
  if (method !== 'GET' && csrf !== csrfToken(userid)) throw denied('Permission denied - invalid csrf token');
  return { user: userOf(access, userid), token: null };
}

const csrfToken = (userid: string): string => `67000000:${signed(`csrf ${userid}`)}`;

function logIn({ world, form }: Call): unknown {
  const { username: name = '', realm, password } = form;
  const username = name.includes('@') ? name : `${name}@${realm ?? 'pam'}`;
  const user = world.access.users.get(username);
  if (!user?.enable || user.password !== password || password === '') throw denied('authentication failure');
  return {
    username,
    ticket: `PVE:${username}:67000000::${signed(username)}`,
    CSRFPreventionToken: csrfToken(username),
    clustername: 'simulated',
  };
}

export const loginRoutes: readonly Route[] = [['POST access/ticket', 'anyone', logIn]];
