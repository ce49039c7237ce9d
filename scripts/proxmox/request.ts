/** Questions to the API of Proxmox VE, as values, and what its refusals mean. */
import { reveal, type Secret } from '../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { HttpAnswer, HttpRequest, NoAnswer } from '../secrets/providers/http.ts';

/** Who asks: `user@realm!name`, and the secret of that token. */
export interface ApiToken {
  readonly id: Secret;
  readonly secret: Secret;
}

/** @param url of the API, as in cluster.yaml; @param path below `/api2/json/`, its parts escaped */
export function get(url: string, token: ApiToken, path: string): HttpRequest {
  const headers = { authorization: `PVEAPIToken=${reveal(token.id)}=${reveal(token.secret)}` };
  return { method: 'GET', url: new URL(`/api2/json/${path}`, url).href, headers };
}

/**
 * @param answer of what @param url is the address of
 * @returns what stands in `data`, or why there is none; every problem has exit code 4
 */
export function dataOf(answer: HttpAnswer | NoAnswer, url: string): Checked<unknown> {
  if ('failure' in answer) return refused(noAnswer(answer, new URL(url).host));
  const { status, body } = answer;
  if (status !== 200) return refused(refusal(answer));
  try {
    return checked((JSON.parse(body) as { readonly data?: unknown }).data ?? null);
  } catch {
    return refused(notProxmox);
  }
}

function noAnswer({ failure, reason }: NoAnswer, host: string): Problem {
  if (failure === 'certificate') return certificateUntrusted;
  const code = failure === 'not-http' ? 'proxmox-not-an-api' : 'proxmox-unreachable';
  const hint = 'is the host up, and are name and port of proxmox_api_url right?';
  return { code, severity: 'error', message: `the Proxmox API does not answer at ${host} (${reason})`, hint };
}

/** Told in the same words, whether tofu meets it or we do; so are the others that are exported. */
export const certificateUntrusted = {
  code: 'proxmox-certificate',
  severity: 'error',
  message: "Proxmox' certificate is not trusted here",
  hint: 'let this machine trust the authority that signed it: in the list of the system, or in a file that SSL_CERT_FILE names; `proxmox_insecure: true` goes without any check, and lets whoever sits between read the token',
} as const satisfies Problem;

function refusal({ status, said = '' }: HttpAnswer): Problem {
  if (status === 401) return tokenRefused;
  const [, path, privilege] = /Permission check failed \(([^,)]+), ([^)]+)\)/.exec(said) ?? [];
  if (status === 403 && path !== undefined && privilege !== undefined) return privilegeMissing(path, privilege);
  return {
    code: status === 403 ? 'proxmox-forbidden' : 'proxmox-refused',
    severity: 'error',
    message: `Proxmox VE answers ${status} ${said}`.trim(),
    hint: 'see the log of its tasks, and Datacenter → Permissions',
  };
}

export const tokenRefused = {
  code: 'proxmox-unauthorized',
  severity: 'error',
  message: 'Proxmox does not accept the API token (401)',
  hint: 'was it deleted or has it expired? See Datacenter → Permissions → API Tokens',
} as const satisfies Problem;

/** @param path and privilege in braces, as `{path}`, where a row of a table fills them in */
export const privilegeMissing = (path: string, privilege: string) =>
  ({
    code: 'proxmox-privilege-missing',
    severity: 'error',
    message: `the API token lacks the privilege ${privilege} on ${path}`,
    hint: `add it to a role that its user has there: \`pveum role modify ROLE --append --privs ${privilege}\`; \`nigari doctor --online\` tells all that is missing, \`nigari proxmox setup\` prints all that is needed`,
  }) as const satisfies Problem;

const notProxmox = {
  code: 'proxmox-not-an-api',
  severity: 'error',
  message: 'what answers at proxmox_api_url is no Proxmox VE API',
  hint: 'correct proxmox_api_url in cluster.yaml, then run `nigari configure`',
} as const satisfies Problem;

/** Who meets one of these at one question meets it at all others. */
export const CANNOT_GO_ON: ReadonlySet<string> = new Set([
  'proxmox-unreachable',
  notProxmox.code,
  certificateUntrusted.code,
  tokenRefused.code,
]);
