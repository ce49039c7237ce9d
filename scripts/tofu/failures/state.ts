/** The state and the server that keeps it, as OpenTofu 1.12.6 words it. */
import type { FailureRow } from './row.ts';

export const STATE: readonly FailureRow[] = [
  // First: that the server was away, and that the lock stayed, are told of in the same breath.
  [
    /errored\.tfstate/,
    'state-not-saved',
    'the new state could not be saved: it lies in errored.tfstate, and the next apply would not know what this one made',
    'make the backend work again, then `nigari infra state-push`',
  ],
  [
    /HTTP remote state endpoint requires auth/,
    'state-unauthorized',
    'the state server does not accept the user or password (401)',
    'compare tfstate_username and tfstate_password in cluster.yaml with what the server has, then run `nigari configure`',
  ],
  [
    /HTTP remote state endpoint invalid auth/,
    'state-forbidden',
    'the state server knows the user, but does not let it at this state (403)',
    'give tfstate_username the right to the state tfstate_name on the server',
  ],
  [
    /HTTP remote state already locked: ID=(?<id>\S+)(?:.*? Operation: (?<operation>\S+) Who: (?<who>\S+).*? Created: (?<created>\S+ \S+))?/,
    'state-locked',
    'the state is locked by {who} since {created} ({operation})',
    'wait until that run ends, or pass `-lock-timeout=5m`; if it died: `nigari infra force-unlock {id}`',
  ],
  [
    /Error acquiring the state lock.*?Lock Info: ID: (?<id>\S+).*? Operation: (?<operation>\S+) Who: (?<who>\S+).*? Created: (?<created>\S+ \S+)/,
    'state-locked',
    'the state is locked by {who} since {created} ({operation})',
    'wait until that run ends; if it died: `nigari infra force-unlock {id}`',
  ],
  [
    /(?:Failed to (?:get state|lock)|Error (?:refreshing state|acquiring the state lock)|HTTP remote state).*?connect: connection refused/,
    'state-unreachable',
    'nothing answers at the address of the state server',
    'is the server up, and are host and port of tfstate_url right?',
  ],
  [
    /(?:GET|LOCK) (?<url>\S+) giving up after .*?lookup (?<host>\S+)(?: on \S+)?: (?:no such host|server misbehaving|Temporary failure)/,
    'state-host-unknown',
    'the name of the state server, {host}, cannot be resolved',
    'is this machine online, and is the host in tfstate_url (or cloudflare_domain) right?',
  ],
  [
    /(?:GET|LOCK) (?<url>\S+) giving up after .*?server gave HTTP response to HTTPS client/,
    'state-wrong-scheme',
    'the state server speaks http, not https',
    'write http:// in tfstate_url, or better: give the server a certificate',
  ],
  [
    /(?:GET|LOCK) (?<url>\S+) giving up after .*?(?:failed to verify certificate|x509:)/,
    'state-certificate',
    "the state server's certificate is not trusted here",
    'let this machine trust the authority that signed it, or set TF_HTTP_CLIENT_CA_CERTIFICATE_PEM to its PEM text',
  ],
  [
    /(?:GET|LOCK) (?<url>\S+) giving up after .*?(?:i\/o timeout|deadline exceeded|network is unreachable|no route to host)/,
    'state-unreachable',
    'the state server does not answer',
    'is the server up, and does a firewall stand between?',
  ],
  [
    /(?:GET|LOCK) (?<url>\S+) giving up after \d+ attempt/,
    'state-server-error',
    'the state server failed (5xx)',
    'look at its log; then run the same command again',
  ],
  [
    /(?:Failed to lock|Error acquiring the state lock).*?(?:Unexpected HTTP response code|HTTP remote state) ?(?<status>404|405)/,
    'state-lock-address',
    'the state server has no lock at the address that the backend names ({status})',
    'is the path of tfstate_url right? The lock is at <tfstate_url>/<tfstate_name>/lock',
  ],
  [
    /Failed to unlock state.*?(?:Unexpected HTTP response code 409|409)/,
    'state-unlock-refused',
    'the state server did not unlock: the id is not that of the lock',
    'use the id that the message "already locked" names',
  ],
  [
    /format version (?<format>\d+), which is not supported|created by OpenTofu v?\S+, which is newer than|managed by newer provider version/,
    'state-too-new',
    'the state was written by a newer OpenTofu or provider than the one here',
    'use the version that wrote it, or a newer one: `tofu version`, and versions.tf for the provider',
  ],
  [
    /api error NotImplemented|(?:STREAMING-\S*-TRAILER|x-amz-checksum-\w+|x-amz-sdk-checksum-algorithm)\b.*?(?:not implemented|not supported)/i,
    'state-checksum-refused',
    'the store of the state does not know the checksums of newer S3 clients',
    'write skip_s3_checksum = true into the s3 backend',
  ],
  [
    /Unsupported state file format/,
    'state-not-a-state',
    'what lies at the address of the state is no OpenTofu state',
    'open the address in a browser: a login page in front of the server answers like this',
  ],
  [
    /Backend configuration changed|Backend type changed|Backend initialization required: please run "tofu init" Reason: Backend configuration/,
    'backend-changed',
    'the backend is another one than at the last init, and nobody said what becomes of the state',
    'either `nigari infra init -migrate-state -force-copy`: the state is copied from the old place over what the new one has; or `nigari infra init -reconfigure`: it stays behind, and what the new place has counts. Where that has none, the next apply would make everything once more',
  ],
  [
    /Can't ask approval for state migration/,
    'state-copy-undecided',
    'OpenTofu would ask whether to copy a state into the new backend',
    'to copy it: `nigari infra init -migrate-state -force-copy`. To leave it: `nigari infra init -reconfigure`, with the local terraform.tfstate moved away before, for OpenTofu offers to copy that too',
  ],
  [
    /Backend initialization required/,
    'backend-not-initialised',
    'the backend was never opened in this directory',
    'run `nigari infra init`',
  ],
  [
    /"address": required field is not set|The "address" (?:argument|attribute) is required|address argument is required/,
    'backend-without-address',
    'the http backend has no address',
    'set tfstate_url or cloudflare_domain in cluster.yaml, then run `nigari configure`',
  ],
  [
    /Unexpected HTTP response code (?<status>\d+)/,
    'state-unexpected-answer',
    'the state server gave an answer that OpenTofu does not know ({status})',
    'is tfstate_url the address of a state server?',
  ],
];
