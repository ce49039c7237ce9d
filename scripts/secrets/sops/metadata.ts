/** The `sops:` mapping of a sealed file: reading that of any version, writing it without moving what did not change. */
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { timeText } from '../yaml/numbers.ts';
import { compileSelector, DEFAULT_SELECTOR, SELECTORS, type Selector } from './selector.ts';
import { entriesOf, valueOf, type Entry, type List, type Mapping, type Value } from '../tree/tree.ts';

/** Key of the metadata in every document; no document may use it for itself. */
export const METADATA_KEY = 'sops';

/**
 * The version that a new file names: that of the sops whose layout we write. Readers only compare it with their own;
 * a file that exists keeps its version.
 */
export const LAYOUT_VERSION = '3.13.3';

/** The data key, wrapped for one recipient. */
export interface AgeBlock {
  readonly recipient: string;
  /** An armored age file. */
  readonly enc: string;
}

/** What the metadata of a file decides. */
export interface Metadata {
  readonly blocks: readonly AgeBlock[];
  readonly selector: Selector;
  /** Whether the MAC covers only what is encrypted. */
  readonly macOnlyEncrypted: boolean;
  /** RFC 3339 to the second; the MAC's associated data. */
  readonly lastModified: string;
  /** The encrypted MAC. */
  readonly mac: string;
  /** What `.sops.yaml` says of it; sops writes it into a new file, though it means nothing where there is one group of keys. */
  readonly shamirThreshold?: number;
}

/** Metadata as it was read, with the mapping that it came from. */
export interface ReadMetadata extends Metadata {
  readonly raw: Mapping;
  /** Names of keys that only sops can use: `pgp`, `kms`, `key_groups`, … */
  readonly foreign: readonly string[];
}

/** Every list of keys but `age`. */
const FOREIGN_KEYS = ['pgp', 'kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault', 'key_groups'] as const;

/** @param at where the mapping stands, for problems (all of code `sealed-damaged` or `bad-regex`) */
export function readMetadata(raw: Mapping, at: Partial<Problem>): Checked<ReadMetadata> {
  const damaged = (what: string): Checked<never> => refused(damage(at, `its sops metadata ${what}`));
  const selectors = SELECTORS.flatMap((kind) => (textOf(raw, kind) === '' ? [] : [{ kind, text: textOf(raw, kind) }]));
  const [selector = DEFAULT_SELECTOR, second] = selectors;
  if (second !== undefined) return damaged(`names both ${selector.kind} and ${second.kind}`);
  if (compileSelector(selector) === null) return refused(badRegex(selector, at));
  const lastModified = macTime(textOf(raw, 'lastmodified'));
  if (lastModified === null) return damaged('has no time in lastmodified');
  const mac = textOf(raw, 'mac');
  if (mac === '') return damaged('has no mac');
  const blocks = blocksOf(raw);
  if (blocks === null) return damaged('has an incomplete age entry');
  const foreign = FOREIGN_KEYS.filter((key) => hasItems(valueOf(raw, key)));
  if (blocks.length + foreign.length === 0) return damaged('names nobody who could open it');
  return checked({
    blocks,
    selector,
    lastModified,
    mac,
    macOnlyEncrypted: valueIs(raw, 'mac_only_encrypted', 'True'),
    raw,
    foreign,
  });
}

/** RFC 3339, of which sops leaves the fraction of a second out. YAML knows more forms of time; sops takes none of them here. */
const LAST_MODIFIED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[-+]\d\d:\d\d)$/;

function macTime(text: string): string | null {
  return LAST_MODIFIED.test(text) ? (timeText(text)?.replace(/\.\d+/, '') ?? null) : null;
}

/** A file that cannot be trusted: it is never overwritten silently. */
export function damage(at: Partial<Problem>, what: string): Problem {
  return {
    code: 'sealed-damaged',
    severity: 'error',
    message: `this sealed file was changed or damaged: ${what}`,
    hint: 'take it back from version control (`git checkout`); if it is of no use, remove it and run again',
    ...at,
  };
}

/** sops says nothing about a regular expression that it cannot compile, and leaves everything in clear. */
export function badRegex(selector: { readonly kind: string; readonly text: string }, at: Partial<Problem>): Problem {
  return {
    code: 'bad-regex',
    severity: 'error',
    message: `${selector.kind} is no regular expression that RE2 knows: ${selector.text}`,
    hint: 'RE2 has no look-around and no back-references: https://github.com/google/re2/wiki/Syntax',
    ...at,
  };
}

function textOf(mapping: Mapping, key: string): string {
  const value = valueOf(mapping, key);
  return value?.kind === 'str' || value?.kind === 'time' ? value.text : '';
}

function valueIs(mapping: Mapping, key: string, text: string): boolean {
  const value = valueOf(mapping, key);
  return value?.kind === 'bool' && value.text === text;
}

function hasItems(value: Value | null): boolean {
  return value !== null && 'items' in value && value.items.length > 0;
}

function blocksOf(raw: Mapping): readonly AgeBlock[] | null {
  const blocks = ageItems(raw).map((item) => ({ recipient: textOf(item, 'recipient'), enc: textOf(item, 'enc') }));
  return blocks.every(({ recipient, enc }) => recipient !== '' && enc !== '') ? blocks : null;
}

function ageItems(raw: Mapping): readonly Mapping[] {
  const list = valueOf(raw, 'age');
  return list?.kind === 'list' ? list.items.filter((item) => item.kind === 'mapping') : [];
}

/**
 * The mapping to write.
 * @param old the mapping of the file that is rewritten: its order, its version and whatever we do not know stay
 */
export function writeMetadata(metadata: Metadata, old: Mapping | null): Mapping {
  const wanted = wantedValues(metadata, old);
  const kept = (old?.items ?? []).flatMap((item): Mapping['items'] => {
    if (item.kind === 'comment' || !MANAGED.has(item.key)) return [item];
    const value = wanted.get(item.key);
    wanted.delete(item.key);
    return value === undefined ? [] : [{ ...item, value }];
  });
  const precedes = orderOf(old);
  const items = [...wanted].reduce<Mapping['items']>(
    (all, [key, value]) => insert(all, { kind: 'entry', key, value }, precedes),
    kept,
  );
  return { kind: 'mapping', items };
}

function wantedValues(metadata: Metadata, old: Mapping | null): Map<string, Value> {
  const values = new Map<string, Value>([
    ['age', ageList(metadata.blocks, old)],
    ['lastmodified', { kind: 'str', text: metadata.lastModified }],
    ['mac', { kind: 'str', text: metadata.mac }],
    [metadata.selector.kind, { kind: 'str', text: metadata.selector.text }],
  ]);
  if (metadata.macOnlyEncrypted) values.set('mac_only_encrypted', { kind: 'bool', text: 'True' });
  if (old !== null) return values;
  const { shamirThreshold = 0 } = metadata;
  if (shamirThreshold > 0) values.set('shamir_threshold', { kind: 'int', text: String(shamirThreshold) });
  return values.set('version', { kind: 'str', text: LAYOUT_VERSION });
}

/** What we set or take away; all else in the mapping is left as it is. */
const MANAGED: ReadonlySet<string> = new Set(['age', 'lastmodified', 'mac', 'mac_only_encrypted', ...SELECTORS]);

/** Order of sops up to 3.12. From 3.13 on it is alphabetical. */
const OLD_ORDER = [
  'shamir_threshold key_groups kms gcp_kms hckms azure_kv hc_vault age lastmodified mac pgp',
  'unencrypted_suffix encrypted_suffix unencrypted_regex encrypted_regex',
  'unencrypted_comment_regex encrypted_comment_regex mac_only_encrypted version',
].flatMap((keys) => keys.split(' '));

type Precedes = (one: string, other: string) => boolean;

function orderOf(old: Mapping | null): Precedes {
  if (old === null || !isOldLayout(old)) return (one, other) => one < other;
  return (one, other) => OLD_ORDER.indexOf(one) < OLD_ORDER.indexOf(other);
}

/** Up to sops 3.12 `recipient` stood before `enc`. The keys around them may look alphabetical by chance. */
function isOldLayout(old: Mapping): boolean {
  const [first] = ageItems(old);
  return first !== undefined && entriesOf(first)[0]?.key === 'recipient';
}

function insert(items: Mapping['items'], entry: Entry, precedes: Precedes): Mapping['items'] {
  const found = items.findIndex((item) => item.kind === 'entry' && precedes(entry.key, item.key));
  const index = found === -1 ? items.length : found;
  return [...items.slice(0, index), entry, ...items.slice(index)];
}

/** `enc` before `recipient` as from sops 3.13 on, unless the file has it the old way. */
function ageList(blocks: readonly AgeBlock[], old: Mapping | null): List {
  const isOld = old !== null && isOldLayout(old);
  const keys = isOld ? (['recipient', 'enc'] as const) : (['enc', 'recipient'] as const);
  const item = (block: AgeBlock): Mapping => ({
    kind: 'mapping',
    items: keys.map((key) => ({ kind: 'entry', key, value: { kind: 'str', text: block[key] } })),
  });
  return { kind: 'list', items: blocks.map(item) };
}
