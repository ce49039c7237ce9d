/** A client of a simulated Proxmox VE, for tests of what it answers. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Simulator } from './simulator.ts';

export interface Answered {
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
  readonly errors?: Readonly<Record<string, string>>;
}

type Headers = Readonly<Record<string, string>>;

/** @param asked `METHOD path` below `/api2/json/` */
export async function ask(
  { port, ca, token }: Pick<Simulator, 'port' | 'ca' | 'token'>,
  asked: string,
  form: Readonly<Record<string, string>> = {},
  headers: Headers = { authorization: `PVEAPIToken=${token.id}=${token.secret}` },
): Promise<Answered> {
  const [method = '', path = ''] = asked.split(' ');
  const parameters = new URLSearchParams(form).toString();
  const inQuery = method === 'GET' || method === 'DELETE';
  const sent = request({
    host: '127.0.0.1',
    port,
    ca,
    method,
    path: `/api2/json/${path}${inQuery && parameters ? `?${parameters}` : ''}`,
    headers: { ...headers, ...(inQuery ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) },
    agent: false,
  });
  sent.end(inQuery ? undefined : parameters);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  const { data, errors } = JSON.parse(body) as Omit<Answered, 'status' | 'reason'>;
  const { statusCode: status = 0, statusMessage: reason = '' } = response;
  return { status, reason, data, ...(errors ? { errors } : {}) };
}
