/** Proxmox VE, as bpg/proxmox 0.112.0 words it. */
import { certificateUntrusted, privilegeMissing, tokenRefused } from '../../proxmox/request.ts';
import { rowOf, type FailureRow } from './row.ts';

/** An apply that fails leaves what it has done in the state; a machine that was left half made is made anew. */
const GOES_ON = 'Then plan and apply again: that goes on where this run stopped';

export const PROXMOX: readonly FailureRow[] = [
  [
    /you must specify a secure endpoint/,
    'proxmox-endpoint-insecure',
    'the Proxmox endpoint must be https',
    'write https:// in proxmox_api_url',
  ],
  [
    /Missing Proxmox VE API Endpoint/,
    'proxmox-endpoint-missing',
    'the provider has no endpoint',
    'set proxmox_api_url in cluster.yaml, then run `nigari configure`',
  ],
  [
    /the API token must be in the format/,
    'proxmox-token-malformed',
    'the Proxmox API token has not the form USER@REALM!TOKENID=UUID',
    'proxmox_api_token_id is `user@realm!name`, proxmox_api_token_secret the UUID that Proxmox showed once',
  ],
  [
    /must provide either username and password, an API token, or a ticket|Unable to create Proxmox VE API credentials/,
    'proxmox-credentials-missing',
    'the provider has no credentials',
    'set proxmox_api_token_id and proxmox_api_token_secret in cluster.yaml, then run `nigari configure`',
  ],
  rowOf(/received an HTTP 401 response/, tokenRefused),
  rowOf(
    /received an HTTP 403 response - Reason: Permission check failed \((?<path>[^,)]+), (?<privilege>[^)]+)\)/,
    privilegeMissing('{path}', '{privilege}'),
  ),
  [
    /storage '(?<storage>[^']+)' (?:does not support|is not configured for) content-type '(?<content>[^']+)'/,
    'proxmox-storage-content',
    'the storage {storage} is not meant for {content}',
    'let it be: Datacenter → Storage → {storage} → Content; or name another one: proxmox_iso_storage (iso), proxmox_disk_storage (images)',
  ],
  [
    /[Nn]o space left|[Nn]ot enough (?:free )?space|insufficient free space/,
    'proxmox-storage-full',
    'there is not enough space in a storage of Proxmox VE',
    `make room, or name another one in proxmox_iso_storage or proxmox_disk_storage. ${GOES_ON}`,
  ],
  [
    /received an HTTP 403 response/,
    'proxmox-forbidden',
    'the API token lacks a privilege (403)',
    'see Datacenter → Permissions; a token with privilege separation needs rights of its own',
  ],
  [
    /Parameter verification failed\. \((?<field>[^)]*)\)/,
    'proxmox-value-refused',
    'Proxmox refuses a value: {field}',
    'correct it in cluster.yaml or nodes.yaml, then run `nigari configure`',
  ],
  rowOf(/(?:failed to verify certificate|x509: certificate)/, certificateUntrusted),
  [
    /hostname lookup '(?<node>[^']+)' failed/,
    'proxmox-node-unknown',
    'there is no Proxmox node {node}',
    'correct proxmox_node in cluster.yaml: it is the name in the tree on the left of the web interface',
  ],
  [
    /storage '(?<storage>[^']+)' does not exist/,
    'proxmox-storage-unknown',
    'Proxmox has no storage {storage}',
    'correct proxmox_iso_storage or proxmox_disk_storage in cluster.yaml',
  ],
  [
    /Cannot shrink (?<volume>\S+) in VM (?<id>\d+)/,
    'proxmox-disk-shrunk',
    'the disk of VM {id} cannot be made smaller',
    'set vm_disk_size to what it was, or more',
  ],
  [
    /cannot (?<what>[\w ]+?) while the VM is running because this change requires the VM to be powered off/,
    'proxmox-needs-power-off',
    'Proxmox cannot {what} of a machine that runs, together with what else changes',
    'apply one of the two changes first; or shut the machine down, apply, and start it again, one node at a time',
  ],
  [
    /can't remove VM (?<id>\d+) - protection mode enabled/,
    'proxmox-vm-protected',
    'VM {id} is protected against removal',
    'switch its protection off in its options first',
  ],
  [
    /(?:invalid server response: '|download failed: )404 Not Found/,
    'proxmox-image-unknown',
    'there is no such image at the Image Factory (404)',
    'is talos_version a release? A schematic is known there once it was sent: `nigari talos schematic register` does that',
  ],
  [
    /invalid server response: '(?<answer>.+?)'(?=\s|$)/,
    'proxmox-download-failed',
    'the Proxmox node cannot get at the image: {answer}',
    `has the node access to factory.talos.dev, or to your proxy? ${GOES_ON}`,
  ],
  [/Saved plan is stale/, 'plan-stale', 'the state has changed since the plan was made', 'plan again'],
  [
    /Get "https:\/\/[^"]*\/api2\/json[^"]*": dial tcp|Get "(?<url>https:\/\/\S+)": dial tcp/,
    'proxmox-unreachable',
    'the Proxmox API does not answer',
    'is the host up, and are name and port of proxmox_api_url right?',
  ],
  [
    /failed to perform HTTP \w+ request \(path: (?<path>[^)]+)\) - Reason: /,
    'proxmox-connection-lost',
    'the connection to Proxmox broke off, and what it was asked for may be done or not ({path})',
    `is the network between here and there sound? ${GOES_ON}`,
  ],
  [
    /timeout while waiting for task/,
    'proxmox-timeout',
    'Proxmox VE took longer than the provider waits; what it was asked for may still be done',
    `look at the tasks in its web interface, and let them end. ${GOES_ON}`,
  ],
  [
    /failed to complete with exit code: (?<reason>.+?) task log:/,
    'proxmox-task-failed',
    'a task of Proxmox VE failed: {reason}',
    `its log is above, and in the web interface below. ${GOES_ON}`,
  ],
  [
    /received an HTTP (?<status>5\d\d) response - Reason: (?<reason>.+?)(?= with \S+\.\S+, on | #\d+: | Error: |$)/,
    'proxmox-failed',
    'Proxmox VE failed: {reason} ({status})',
    `is the host well, and is its pveproxy running? ${GOES_ON}`,
  ],
  [
    /received an HTTP (?<status>4\d\d) response - Reason: (?<reason>.+?)(?= with \S+\.\S+, on | #\d+: | Error: |$)/,
    'proxmox-refused',
    'Proxmox VE refuses: {reason} ({status})',
    `see the log of its tasks. ${GOES_ON}`,
  ],
];
