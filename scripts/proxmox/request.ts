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

/** @returns what stands in `data`, or why there is none; every problem has exit code 4 */
export function dataOf(answer: HttpAnswer | NoAnswer): Checked<unknown> {
  if ('failure' in answer) return refused(noAnswer(answer));
  const { status, body } = answer;
  if (status !== 200) return refused(refusal(answer));
  try {
    return checked((JSON.parse(body) as { readonly data?: unknown }).data ?? null);
  } catch {
    return refused(notProxmox);
  }
}

function noAnswer({ failure, reason }: NoAnswer): Problem {
  if (failure === 'certificate') return certificate;
  const code = failure === 'not-http' ? 'proxmox-not-an-api' : 'proxmox-unreachable';
  const hint = 'is the host up, and are name and port of proxmox_api_url right?';
  return { code, severity: 'error', message: `the Proxmox API does not answer (${reason})`, hint };
}

/** The same whether tofu meets it or we do. */
export const CERTIFICATE_REMEDY =
  'let this machine trust the authority that signed it: in the list of the system, or in a file that SSL_CERT_FILE names; `proxmox_insecure: true` goes without any check, and lets whoever sits between read the token';

const certificate: Problem = {
  code: 'proxmox-certificate',
  severity: 'error',
  message: "Proxmox' certificate is not trusted here",
  hint: CERTIFICATE_REMEDY,
};

function refusal({ status, said = '' }: HttpAnswer): Problem {
  if (status === 401) return unauthorized;
  const [, path, privilege] = /Permission check failed \(([^,)]+), ([^)]+)\)/.exec(said) ?? [];
  if (status === 403 && path !== undefined && privilege !== undefined) return privilegeMissing(path, privilege);
  return {
    code: status === 403 ? 'proxmox-forbidden' : 'proxmox-refused',
    severity: 'error',
    message: `Proxmox VE answers ${status} ${said}`.trim(),
    hint: 'see the log of its tasks, and Datacenter → Permissions',
  };
}

const unauthorized: Problem = {
  code: 'proxmox-unauthorized',
  severity: 'error',
  message: 'Proxmox does not accept the API token (401)',
  hint: 'was it deleted or has it expired? See Datacenter → Permissions → API Tokens',
};

/** @param privilege `{privilege}` where a row of a table fills it in */
export const privilegeRemedy = (privilege: string): string =>
  `add it to a role that its user has there: \`pveum role modify ROLE --append --privs ${privilege}\`; \`nigari doctor --online\` tells all that is missing, \`nigari proxmox setup\` prints all that is needed`;

const privilegeMissing = (path: string, privilege: string): Problem => ({
  code: 'proxmox-privilege-missing',
  severity: 'error',
  message: `the API token lacks the privilege ${privilege} on ${path}`,
  hint: privilegeRemedy(privilege),
});

const notProxmox: Problem = {
  code: 'proxmox-not-an-api',
  severity: 'error',
  message: 'what answers at proxmox_api_url is no Proxmox VE API',
  hint: 'correct proxmox_api_url in cluster.yaml, then run `nigari configure`',
};
