/** Where age keys are found, and the one function that writes a secret in clear. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Identity } from '../secrets/age/age.ts';
import { parseKeys, type ParsedKeys } from './age.ts';
import { nodeFiles } from './files.ts';
import { errno, ioProblem } from './io-problem.ts';
import {
  fromCommand,
  inNamedFile,
  inProject,
  inUsersFile,
  inVariable,
  type Env,
  type Found,
  type Look,
} from './key-places.ts';
import { lockedKeys, type LockedKeys } from './locked-keys.ts';

/** The keys that were found. */
export interface KeysFound {
  readonly identities: readonly Identity[];
  /** Files whose keys are known only with their passphrase. */
  readonly locked: readonly LockedKeys[];
}

/** A place, and what is special about keys that are found there. */
interface Place {
  readonly look: Look;
  readonly mark?: (keys: ParsedKeys) => ParsedKeys;
}

/** All are used: whichever key opens a file opens it. */
const PLACES: readonly Place[] = [
  { look: inVariable },
  { look: inNamedFile },
  { look: fromCommand },
  { look: inProject, mark: unknownToSops },
  { look: inUsersFile, mark: onlyWarned },
];

/**
 * All age keys at hand, each once: `$SOPS_AGE_KEY`, the file `$SOPS_AGE_KEY_FILE` (relative to the project), what
 * `$SOPS_AGE_KEY_CMD` prints, `age.key` of the project, and the user's `sops/age/keys.txt`.
 * @param root absolute path of the project
 * @returns the keys, perhaps none; or problems that name the place, never any part of a key. The user's own file is
 *   used by other projects too: what is wrong there is only a warning.
 */
export async function findIdentities(root: string, env: Env): Promise<Checked<KeysFound>> {
  const byRecipient = new Map<string, Identity>();
  const locked: LockedKeys[] = [];
  const problems: Problem[] = [...recipientsWarning(env)];
  for (const { look, mark = asIs } of PLACES) {
    const found = await look(root, env);
    const read = found.ok && found.value !== null ? await readKeys(found.value) : NOTHING;
    const keys = mark({ identities: read.identities, problems: [...found.problems, ...read.problems] });
    problems.push(...keys.problems);
    locked.push(...read.locked.filter((file) => !locked.some(isSame(file))).map((file) => marked(file, mark)));
    for (const identity of keys.identities) byRecipient.set(identity.recipient, first(byRecipient, identity));
  }
  return checked({ identities: [...byRecipient.values()], locked }, problems);
}

const asIs = (keys: ParsedKeys): ParsedKeys => keys;

function unknownToSops({ identities, problems }: ParsedKeys): ParsedKeys {
  return { identities: identities.map((identity) => ({ ...identity, unknownToSops: true })), problems };
}

function onlyWarned({ identities, problems }: ParsedKeys): ParsedKeys {
  return { identities, problems: problems.map((problem) => ({ ...problem, severity: 'warning' })) };
}

/** `$SOPS_AGE_KEY_FILE` may name `age.key`: nobody is asked for it twice. */
const isSame =
  ({ bytes }: LockedKeys) =>
  (other: LockedKeys): boolean =>
    Buffer.compare(bytes, other.bytes) === 0;

function marked({ open, ...file }: LockedKeys, mark: (keys: ParsedKeys) => ParsedKeys): LockedKeys {
  return {
    ...file,
    open: async (passphrase) => {
      const keys = await open(passphrase);
      return keys === null ? null : mark(keys);
    },
  };
}

/** The first place of a key is the one that is named; sops knows it if it looks into any of them. */
function first(known: ReadonlyMap<string, Identity>, identity: Identity): Identity {
  const before = known.get(identity.recipient);
  if (before === undefined) return identity;
  const { unknownToSops, ...rest } = before;
  return unknownToSops && identity.unknownToSops ? before : rest;
}

type Read = ParsedKeys & Pick<KeysFound, 'locked'>;

const NOTHING: Read = { identities: [], problems: [], locked: [] };

async function readKeys({ source, bytes, open = false }: Found): Promise<Read> {
  const locked = await lockedKeys(bytes, source);
  if (!locked.ok) return { ...NOTHING, problems: locked.problems };
  // Others who can read it still need the passphrase.
  if (locked.value !== null) return { ...NOTHING, locked: [locked.value] };
  const { identities, problems } = await parseKeys(Buffer.from(bytes).toString('utf8'), source);
  return { identities, problems: open ? [readable(source), ...problems] : problems, locked: [] };
}

function readable(source: string): Problem {
  return {
    code: 'age-key-readable',
    severity: 'warning',
    message: `${source} is open to other users of this machine`,
    hint: 'chmod 600 it',
  };
}

function recipientsWarning(env: Env): readonly Problem[] {
  if (!env['SOPS_AGE_RECIPIENTS']) return [];
  return [
    {
      code: 'sops-age-recipients-set',
      severity: 'warning',
      message: 'SOPS_AGE_RECIPIENTS is set: sops would obey it, nigari obeys .sops.yaml',
      hint: 'unset it',
    },
  ];
}

/**
 * Writes a private key in clear: the only function that writes a secret so. Never over a file that is there.
 * @param path absolute
 * @param text as `newIdentity` gives it
 * @returns `age-key-exists`, or what the system refused
 */
export async function writeKeyFile(path: string, text: string): Promise<Checked<true>> {
  try {
    await nodeFiles.create(path, Buffer.from(text), { bits: 0o600, exact: true });
    return checked(true as const);
  } catch (error) {
    if (errno(error) === 'EEXIST') return refused(keyExists(path));
    const problem = ioProblem(error, 'write', path);
    await nodeFiles.remove(path).catch(() => {});
    return refused(problem);
  }
}

function keyExists(path: string): Problem {
  return {
    code: 'age-key-exists',
    severity: 'error',
    message: `${path} is there already; a key is never overwritten`,
    hint: 'move it away if you want a new one',
  };
}
