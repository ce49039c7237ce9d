/**
 * Who holds the lock of a state: what OpenTofu writes into every kind of lock. Source: its `statemgr.LockInfo`, and
 * https://opentofu.org/docs/language/settings/backends/http/
 */
import { isMapping } from '../config/mapping.ts';
import { flatten } from './flatten.ts';

export interface LockInfo {
  readonly id: string;
  /** `OperationTypeApply` */
  readonly operation: string;
  /** `alice@laptop` */
  readonly who: string;
  /** ISO 8601, in UTC, or as Go prints a time. */
  readonly created: string;
  /** All of it, as it was written: a server may want the whole to unlock. */
  readonly text: string;
}

/** As OpenTofu 1.12.6 tells of a lock that it did not get, whatever the backend. */
const TOLD =
  /Lock Info: ID: (?<ID>\S+).*? Operation: (?<Operation>\S*) Who: (?<Who>\S*) Version: .*? Created: (?<Created>\S+ \S+)/;

/** @param output of a tofu that failed @returns null where it names no lock */
export function lockToldIn(output: string): LockInfo | null {
  const groups = TOLD.exec(flatten(output))?.groups;
  return groups === undefined ? null : readLockInfo(JSON.stringify(groups));
}

/** @returns null for what is no lock */
export function readLockInfo(text: string): LockInfo | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isMapping(value) || typeof value['ID'] !== 'string' || value['ID'] === '') return null;
    const said = (key: string): string =>
      typeof value[key] === 'string' && value[key] !== '' ? value[key] : 'unknown';
    return { id: value['ID'], operation: said('Operation'), who: said('Who'), created: said('Created'), text };
  } catch {
    return null;
  }
}

/** Of which nothing is known but its id. */
export function unknownLock(id: string): LockInfo {
  return { id, operation: '', who: '', created: '', text: JSON.stringify({ ID: id }) };
}

/** A lock of our own, tried to learn who holds the other. */
export function lockProbe(id: string, who: string, now: Date): string {
  const info = {
    ID: id,
    Operation: 'nigari infra force-unlock',
    Info: '',
    Who: who,
    Version: '',
    Created: now.toISOString(),
    Path: '',
  };
  return JSON.stringify(info);
}

/** `alice@laptop holds it since 2026-11-20 10:11:12 (apply)` */
export function holderText({ who, created, operation }: LockInfo): string {
  if (who === '') return 'the backend does not tell who holds it';
  const since = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/.exec(created);
  const when = since === null ? created : `${since[1]} ${since[2]} UTC`;
  return `${who} holds it since ${when} (${operation.replace(/^OperationType/, '').toLowerCase()})`;
}
