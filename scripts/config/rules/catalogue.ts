/** The codes of `nigari check`, with what `nigari rules` and docs/rules.md say of each. */
import type { Severity } from '../../problem.ts';
import { RULES } from '../rules.ts';
import { SHAPE_CASES, type ShapeCase } from '../shape-cases.ts';
import { FILE_CODES, SHAPE_CODES, TEMPLATE_CODES, type PlainCode } from './other-codes.ts';
import type { Rule } from './rule.ts';

/** What is known of a code without looking at any file. */
export interface CatalogueEntry {
  readonly code: string;
  readonly severity: Severity;
  /** What `infra plan` makes of it, where that is more. */
  readonly atPlan?: 'error';
  /** Whether a comment `# nigari-ignore: code reason` may silence it. */
  readonly silenceable: boolean;
  /** What holds where it is not found: `Networks do not overlap`. */
  readonly sentence: string;
  /** What goes wrong otherwise. */
  readonly why: string;
}

/** A part of the catalogue, as the page has it. */
export interface CatalogueGroup {
  readonly title: string;
  readonly entries: readonly CatalogueEntry[];
}

/** Words that the name of a function cannot spell. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ansible: 'Ansible',
  api: 'API',
  cpu: 'CPU',
  dev: '/dev/',
  dns: 'DNS',
  http: 'HTTP',
  https: 'HTTPS',
  ipv4: 'IPv4',
  isos: 'ISOs',
  kubernetes: 'Kubernetes',
  mac: 'MAC',
  mtu: 'MTU',
  nul: 'NUL',
  proxmox: 'Proxmox',
  scsi: 'SCSI',
  talos: 'Talos',
  tpm: 'TPM',
  uefi: 'UEFI',
  unicode: 'Unicode',
  url: 'URL',
  urls: 'URLs',
  uuid: 'UUID',
  vault: 'Vault',
  vm: 'VM',
};

/** `nodeNamesAreUnique` → `Node names are unique`. */
function sentenceOf(check: { readonly name: string }): string {
  const words = check.name.match(/IPv4|[A-Z][0-9]+|[A-Z]?[a-z]+|[A-Z]|[0-9]+/g) ?? [];
  const sentence = words.map((word) => SPELLINGS[word.toLowerCase()] ?? word.toLowerCase()).join(' ');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const ofRule = ({ check, ...row }: Rule): CatalogueEntry => ({ ...row, sentence: sentenceOf(check) });

const ofShapeCase = ({ code, check, why }: ShapeCase): CatalogueEntry =>
  plain({ code, why, sentence: sentenceOf(check) });

/** Nothing but a rule can be silenced: without its shape there is no value that could be used. */
function plain({ severity = 'error', ...code }: PlainCode): CatalogueEntry {
  return { ...code, severity, silenceable: false };
}

export const CATALOGUE: readonly CatalogueGroup[] = [
  { title: 'Rules over both files', entries: RULES.map(ofRule) },
  { title: 'The shape of single values', entries: [...SHAPE_CASES.map(ofShapeCase), ...SHAPE_CODES.map(plain)] },
  { title: 'Files and YAML', entries: FILE_CODES.map(plain) },
  { title: 'Templates and what they render', entries: TEMPLATE_CODES.map(plain) },
];

const ENTRIES: ReadonlyMap<string, CatalogueEntry> = new Map(
  CATALOGUE.flatMap(({ entries }) => entries).map((entry) => [entry.code, entry]),
);

export const CODES: readonly string[] = [...ENTRIES.keys()];

export function catalogueEntry(code: string): CatalogueEntry | null {
  return ENTRIES.get(code) ?? null;
}
