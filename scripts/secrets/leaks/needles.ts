/** Texts that must not stand in any file: key material, recognised by its form, and secrets that are known by value. */
import { reveal, type Secret } from '../../config/secret.ts';
import { formsOf } from '../mask.ts';
import { NAME_KEYS } from '../../types.ts';

/** Something to look for. */
export interface Needle {
  readonly bytes: Uint8Array;
  /** Code and message of the problem that finding it is. */
  readonly code: 'private-key-in-clear' | 'known-secret-in-clear';
  readonly message: string;
  /** Whether it is meant, by the bytes from its start on, up to `LOOK_AHEAD` of them. */
  readonly confirms?: RegExp;
}

/** How many bytes behind its start a needle may ask for. */
export const LOOK_AHEAD = 1024;

/** Keys of Talos are `ED25519`; the word before `PRIVATE KEY` names the kind (RFC 7468 and before). */
const PEM_KINDS = ['', 'RSA ', 'EC ', 'DSA ', 'ED25519 ', 'OPENSSH ', 'ENCRYPTED ', 'PGP '];

const privateKey = (text: string, what: string, confirms: RegExp): Needle => ({
  bytes: Buffer.from(text),
  code: 'private-key-in-clear',
  message: `${what} stands here`,
  confirms,
});

/** Words alone are for manuals: a key has its digits behind them, however its lines are broken, quoted or indented. */
const KEY_MATERIAL: readonly Needle[] = [
  privateKey('AGE-SECRET-KEY-', 'a private age key', /^AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]{20}/),
  ...PEM_KINDS.flatMap((kind) => {
    const head = `-----BEGIN ${kind}PRIVATE KEY`;
    return [
      privateKey(head, 'a private key', /^.{0,40}-----((?!-----)[^]){0,200}?[A-Za-z0-9+/]{40}/),
      privateKey(base64Start(head), 'a private key in base64', /^[A-Za-z0-9+/]{80}/),
    ];
  }),
];

/** What the base64 of every text with this start starts with. */
function base64Start(text: string): string {
  return Buffer.from(text)
    .toString('base64')
    .replace(/=+$/, '')
    .slice(0, Math.floor((text.length * 8) / 6));
}

/** A secret whose value is known here. */
export interface KnownSecret {
  /** Its key, or its path in a sealed file. */
  readonly name: string;
  readonly value: Secret;
}

/** As for masks: shorter ones are found in many a word. */
const SHORTEST = 8;
/** Of a secret with several lines, those count that are long and without blanks: no brackets, headings, or phrases. */
const LINE = /^(?!-----)\S{20,}$/;

/**
 * @param open texts that are no secrets, whatever else has that value
 * @returns what to look for; names of accounts (`NAME_KEYS`) are sealed, but not looked for
 */
export function needles(known: Iterable<KnownSecret>, open: ReadonlySet<string>): readonly Needle[] {
  const byForm = new Map<string, Needle>();
  for (const { name, value } of known) {
    if (NAME_KEYS.has(name)) continue;
    const text = reveal(value).trim();
    const lines = text.includes('\n') ? text.split(/\r?\n/).map((line) => line.trim()) : [];
    const parts = [text, ...lines.filter((line) => LINE.test(line))].filter((part) => !open.has(part));
    for (const form of parts.flatMap(formsOf)) {
      if (form.length < SHORTEST || byForm.has(form)) continue;
      byForm.set(form, {
        bytes: Buffer.from(form),
        code: 'known-secret-in-clear',
        message: `the value of ${name} stands here`,
      });
    }
  }
  return [...KEY_MATERIAL, ...byForm.values()];
}
