/** What a server of Vault says, and what to do about it: one problem for each way in which it does not give. */
import { isMapping } from '../../config/mapping.ts';
import { valueAt } from '../../config/path.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { visible } from '../../report/visible.ts';
import type { Masker } from '../mask.ts';
import type { HttpAnswer, HttpFailure, NoAnswer } from './http.ts';
import type { Settings } from './settings.ts';

/** What a request is about. */
export interface Asked {
  readonly settings: Settings<'vault'>;
  /** Path of the secret in the engine. */
  readonly path: string;
  /** What the token's policy must allow. */
  readonly capability: 'read' | 'create' | 'patch';
}

/** The newest version of a secret of the engine. */
export interface Version {
  /** 0 when there never was any. */
  readonly number: number;
  /** Null when there is none, or it was deleted. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

type Fault = readonly [code: string, message: string, hint: string];

/** @returns null for an answer that can be read: what is asked for, that it is done, or that it is not there */
export function refusalIn(answer: HttpAnswer | NoAnswer, asked: Asked, hide: Masker): Problem | null {
  const fault = 'failure' in answer ? noAnswer(answer, asked) : faultIn(answer, asked, hide);
  if (fault === null) return null;
  const [code, message, hint] = fault;
  return { code, severity: 'error', message: `vault at ${asked.settings.address} ${message}`, hint };
}

const NO_ANSWER: Readonly<Record<HttpFailure, Fault>> = {
  'no-such-name': ['vault-unreachable', 'is not known by that name', 'correct secrets.vault.address, or your DNS'],
  unreachable: ['vault-unreachable', 'cannot be reached', 'is it running, and is the way to it open (VPN, firewall)?'],
  late: [
    'vault-late',
    'did not answer in time',
    'is the way to it open (VPN, firewall)? Or raise secrets.vault.timeout',
  ],
  certificate: [
    'vault-certificate',
    'has a certificate that cannot be trusted',
    'name its authority in secrets.vault.ca_file, and in secrets.vault.address the host that it is made out to',
  ],
  'not-http': [
    'vault-unreachable',
    'does not speak as Vault does',
    'correct secrets.vault.address: http or https, and the port',
  ],
};

function noAnswer({ failure, reason }: NoAnswer, { settings }: Asked): Fault {
  const [code, message, hint] = NO_ANSWER[failure];
  return [code, failure === 'late' ? `did not answer within ${settings.timeout} s` : `${message} (${reason})`, hint];
}

/** A status, what is said with it, and what that means: the first row that fits counts. */
type Row = readonly [status: number, said: RegExp, fault: (asked: Asked) => Fault];

const ROWS: readonly Row[] = [
  [403, /invalid token/, () => ['vault-denied', 'does not know the token (any more)', 'log in: vault login']],
  [
    403,
    /.*/,
    ({ settings: { mount }, path, capability }) => [
      'vault-denied',
      `does not let this token ${capability} ${mount}/data/${path}`,
      `log in with a token whose policy has: path "${mount}/data/${path}" { capabilities = ["${capability}"] }`,
    ],
  ],
  [
    404,
    /no handler for route/,
    ({ settings: { mount } }) => [
      'vault-mount-missing',
      `has no engine mounted at ${mount}`,
      `correct secrets.vault.mount, or: vault secrets enable -path=${mount} kv-v2`,
    ],
  ],
  [400, /check-and-set/, changed],
  [503, /sealed/, () => ['vault-sealed', 'is sealed', 'unseal it: vault operator unseal']],
];

function changed({ settings: { mount }, path }: Asked): Fault {
  return ['vault-changed', `has another version of ${mount}/${path} meanwhile`, 'run the command again'];
}

function faultIn(answer: HttpAnswer, asked: Asked, hide: Masker): Fault | null {
  const { status, location } = answer;
  const said = errorsIn(answer);
  const row = ROWS.find(([ofStatus, words]) => ofStatus === status && words.test(said));
  if (row !== undefined) return row[2](asked);
  if (location !== null)
    return ['vault-redirects', `sends us to ${oneLine(location)}`, 'set secrets.vault.address to where it really is'];
  if (status === 404) return asked.capability === 'patch' ? changed(asked) : null;
  if (status === 200 || status === 204) return null;
  return [
    'vault-failed',
    `answered ${status}: ${oneLine(hide(said)) || 'nothing more'}`,
    'see its log, and secrets.vault',
  ];
}

const LONGEST = 160;

function oneLine(text: string): string {
  const line = visible(text.trim().replace(/\s+/g, ' '));
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** What it says of an error, in its own words or in those of a proxy before it. */
function errorsIn({ status, body }: HttpAnswer): string {
  if (status === 200) return '';
  const errors = valueAt(parsed(body), ['errors']);
  return Array.isArray(errors) ? errors.join('; ') : body;
}

/**
 * @returns the newest version, number 0 without data when there never was one; or `vault-not-kv2` for what another
 *   engine gives
 */
export function versionIn({ status, body }: HttpAnswer, settings: Settings<'vault'>): Checked<Version> {
  const number = valueAt(parsed(body), ['data', 'metadata', 'version']);
  const data = valueAt(parsed(body), ['data', 'data']);
  if (typeof number === 'number') return checked({ number, data: isMapping(data) ? data : null });
  return status === 404 ? checked({ number: 0, data: null }) : refused(notVersion2(settings));
}

/** Whether what is said of a mount is that it is a KV engine of version 2. */
export function isVersion2({ body }: HttpAnswer): boolean {
  return valueAt(parsed(body), ['data', 'options', 'version']) === '2';
}

export function notVersion2({ address, mount }: Settings<'vault'>): Problem {
  return {
    code: 'vault-not-kv2',
    severity: 'error',
    message: `vault at ${address} has something else than a KV engine of version 2 at ${mount}`,
    hint: `correct secrets.vault.mount, or: vault kv enable-versioning ${mount}`,
  };
}

/** Undefined where it is no JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
