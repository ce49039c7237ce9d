/** Where the state lives, and what it needs to get there. */
import { isIPv4, isIPv6 } from 'node:net';
import type { InputPath } from '../../types.ts';
import { crossesInClear, hostOf } from './hosts.ts';
import { CLUSTER_FILE, ERROR, type Finding, infrastructure, type Rule, type RuleInput, WARNING } from './rule.ts';

/** Either of them puts the state behind HTTP. */
const REMOTE_KEYS = ['tfstate_url', 'cloudflare_domain'] as const;

const remoteKey = ({ isWritten }: RuleInput): (typeof REMOTE_KEYS)[number] | undefined =>
  REMOTE_KEYS.find((key) => isWritten([CLUSTER_FILE, key]));

function* anHttpBackendHasAPassword(input: RuleInput): Generator<Finding> {
  const remote = remoteKey(input);
  if (infrastructure(input) !== 'on' || remote === undefined) return;
  if (input.isWritten([CLUSTER_FILE, 'tfstate_password'])) return;
  yield {
    path: [CLUSTER_FILE, remote],
    message: 'the state is behind HTTP, but there is no tfstate_password to read it with',
    hint: 'add tfstate_password; tfstate_username has a default',
  };
}

/** What only an HTTP backend, or the Worker behind it, asks for. */
const REMOTE_CREDENTIALS = ['tfstate_username', 'tfstate_password', 'cf_account_id'] as const;

function* stateCredentialsHaveABackend(input: RuleInput): Generator<Finding> {
  if (input.cluster === null || remoteKey(input) !== undefined) return;
  for (const key of REMOTE_CREDENTIALS.filter((name) => input.isWritten([CLUSTER_FILE, name]))) {
    yield {
      path: [CLUSTER_FILE, key],
      message: `${key} is for a state behind HTTP, but neither ${REMOTE_KEYS[1]} nor ${REMOTE_KEYS[0]} is set: the state is a local file`,
      hint: `add ${REMOTE_KEYS[1]} or ${REMOTE_KEYS[0]}, or remove ${key}`,
    };
  }
}

function* theStateIsNotReadInClear({ cluster }: RuleInput): Generator<Finding> {
  const url = cluster?.tfstate_url;
  if (url === undefined || !crossesInClear(url)) return;
  yield {
    path: [CLUSTER_FILE, 'tfstate_url'],
    message: 'tfstate_url is http: password and state cross the network in clear',
    hint: `did you mean ${url.replace('http:', 'https:')}?`,
  };
}

const URL_KEYS = ['proxmox_api_url', 'tfstate_url'] as const;

function* hostsInUrlsAreNamesOrAddresses({ cluster }: RuleInput): Generator<Finding> {
  for (const key of URL_KEYS) {
    const host = hostOf(cluster?.[key] ?? '');
    const path: InputPath = [CLUSTER_FILE, key];
    if (host !== '' && !isHost(host))
      yield {
        path,
        message: `the host of ${key} is no address: ${host}`,
        hint: 'correct it; a name ends with a letter',
      };
  }
}

/** What ends in a number is an address (URL Standard), even where there is no such one. */
function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1));
  return isIPv4(host) || !/(^|\.)[0-9]+$/.test(host);
}

export const STATE_RULES: readonly Rule[] = [
  {
    code: 'state-password-missing',
    ...WARNING,
    why: 'The server answers 401, and `tofu init` fails.',
    check: anHttpBackendHasAPassword,
  },
  {
    code: 'state-credentials-unused',
    ...WARNING,
    why: 'The state stays a local file, though somebody meant it to be elsewhere.',
    check: stateCredentialsHaveABackend,
  },
  {
    code: 'plain-http-state',
    ...WARNING,
    why: 'The password and the state, which holds secrets, cross the network in clear.',
    check: theStateIsNotReadInClear,
  },
  {
    code: 'bad-url-host',
    ...ERROR,
    why: 'No name ends in a number, and there is no such address.',
    check: hostsInUrlsAreNamesOrAddresses,
  },
];
