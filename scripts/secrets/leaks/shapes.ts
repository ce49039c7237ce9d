/** What a file is as a whole: an unsealed `*.sops.*`, a cluster.yaml with credentials, a state or a plan of OpenTofu. */
import type { Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { parseEncrypted } from '../sops/cipher.ts';
import { selectsOf } from '../sops/encryption.ts';
import { readSealed, type SealedFile } from '../sops/sealed.ts';
import { mapLeaves } from '../tree/walk.ts';
import { clearTexts, type Credential } from './credentials.ts';
import type { Knowledge } from './knowledge.ts';

/** Judges a file by its bytes, of a large one by the first of them. */
type Shape = (file: SourceFile, knowledge: Pick<Knowledge, 'open' | 'files'>) => readonly Problem[];

/** @returns problems: `not-sealed`, `sealed-damaged`, `value-in-clear`, `vault-in-clear`, `credential-in-clear`, `state-in-clear` */
export const shapeLeaks: Shape = (file, knowledge) => SHAPES.flatMap((shape) => shape(file, knowledge));

const SHAPES: readonly Shape[] = [sealedFile, vaultFile, literalCredentials, tofuFile];

/** `.sops.yaml` itself holds rules, and no name stands before it. */
const SEALED_NAME = /[^/]\.sops\.[^/.]+$/;

/** Of dotenv, INI and binary files nigari can only tell whether sops has encrypted them. */
function sealedFile(file: SourceFile): readonly Problem[] {
  if (!SEALED_NAME.test(file.path)) return [];
  if (!/\.(ya?ml|json)$/.test(file.path)) return hasMac(file) ? [] : [notSealed(file.path)];
  const sealed = readSealed(file);
  return sealed.ok ? valuesInClear(sealed.value) : sealed.problems;
}

const hasMac = ({ bytes }: SourceFile): boolean => /(^|[\s"_])mac"?\s*[:=]\s*"?ENC\[AES256_GCM,/m.test(latin1(bytes));

const notSealed = (file: string): Problem => ({
  code: 'not-sealed',
  severity: 'error',
  message: `${file} is not encrypted by sops`,
  file,
});

/** What somebody pasted into a sealed file by hand: it stays readable until sops or nigari seals the file again. */
function valuesInClear({ tree, metadata, at }: SealedFile): readonly Problem[] {
  const selects = selectsOf(metadata.selector);
  const problems: Problem[] = [];
  mapLeaves(tree, (leaf, place) => {
    if (leaf.kind === 'comment' || leaf.text === '' || !selects(place, false)) return leaf;
    if (leaf.kind !== 'str' || parseEncrypted(leaf.text) === null) problems.push({ ...VALUE_IN_CLEAR, ...at(leaf) });
    return leaf;
  });
  return problems;
}

const VALUE_IN_CLEAR: Problem = {
  code: 'value-in-clear',
  severity: 'error',
  message: 'this value is in clear in a sealed file, whose own rule wants it encrypted',
};

/** Encrypted as a whole, or value by value: where nothing of it is, everything is in clear. */
function vaultFile({ path, bytes }: SourceFile, { files }: Pick<Knowledge, 'files'>): readonly Problem[] {
  if (files.get(path) !== 'vault' || latin1(bytes).includes('$ANSIBLE_VAULT;')) return [];
  const message = `${path} is not encrypted by Ansible Vault`;
  return [{ code: 'vault-in-clear', severity: 'error', message, file: path }];
}

/** The file itself may be committed, with references in it or with its credentials in cluster.sops.yaml. */
function literalCredentials(file: SourceFile, { open }: Pick<Knowledge, 'open'>): readonly Problem[] {
  if (!/(^|\/)cluster\.yaml$/.test(file.path)) return [];
  const literal = clearTexts(file).credentials.filter(({ text }) => !open.has(text));
  return literal.map((found) => credentialInClear(file.path, found));
}

const credentialInClear = (file: string, { key, line, column }: Credential): Problem => ({
  code: 'credential-in-clear',
  severity: 'error',
  message: `${key} is written in clear here`,
  file,
  line,
  column,
});

/** What a JSON file has that is a state (https://opentofu.org/docs/internals/json-format/), or shows one or a plan. */
const TOFU_JSON: readonly (readonly [what: string, keys: readonly string[]])[] = [
  ['a state', ['terraform_version', 'lineage', 'serial']],
  ['a plan', ['terraform_version', 'format_version', 'planned_values']],
  ['a state', ['terraform_version', 'format_version', 'values']],
];

/** A plan is a zip archive, with a file of one of these names first. */
const PLAN = /^PK\x03\x04[^]{26}(tfplan|tfstate|tfconfig\/)/;

function tofuFile({ path, bytes }: SourceFile): readonly Problem[] {
  const start = latin1(bytes.subarray(0, 64));
  if (PLAN.test(start)) return [tofuInClear(path, 'a plan')];
  if (!/^\s*\{/.test(start)) return [];
  const text = latin1(bytes);
  const found = TOFU_JSON.find(([, keys]) => keys.every((key) => new RegExp(`"${key}"\\s*:`).test(text)));
  return found === undefined ? [] : [tofuInClear(path, found[0])];
}

const tofuInClear = (file: string, what: string): Problem => ({
  code: 'state-in-clear',
  severity: 'error',
  message: `this is ${what} of OpenTofu: it holds secrets in clear`,
  file,
});

/** Byte for byte: it looks at what is no text, too. */
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
