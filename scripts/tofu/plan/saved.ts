/**
 * What a saved plan was made from, kept beside it: `apply` takes exactly the plan that was shown, and only as long as nothing
 * of this has changed.
 */
import { isMapping } from '../../config/mapping.ts';
import type { Problem } from '../../problem.ts';

export interface PlanBasis {
  /** Hash of every file that tofu reads of the instance's directory, by name; the lock file is one of them. */
  readonly files: Readonly<Record<string, string>>;
  /** Version of OpenTofu. */
  readonly tofu: string;
  /** Where the state stood; null where there was none. */
  readonly state: StateMark | null;
}

export interface StateMark {
  readonly lineage: string;
  readonly serial: number;
}

const SCHEMA = 1;

export function basisText(basis: PlanBasis): string {
  return `${JSON.stringify({ schema: SCHEMA, ...basis }, null, 2)}\n`;
}

/** @returns null for what is no basis, or one of another nigari: then nothing is known of the plan beside it */
export function readBasis(text: string): PlanBasis | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isMapping(value) || value['schema'] !== SCHEMA) return null;
    const { files, tofu, state } = value;
    if (!isMapping(files) || typeof tofu !== 'string') return null;
    return { files: files as Record<string, string>, tofu, state: markOf(state) };
  } catch {
    return null;
  }
}

/** @param text as `tofu state pull` prints it; empty where there is no state */
export function stateMark(text: string): StateMark | null {
  try {
    return markOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function markOf(value: unknown): StateMark | null {
  if (!isMapping(value)) return null;
  const { lineage, serial } = value;
  return typeof lineage === 'string' && typeof serial === 'number' ? { lineage, serial } : null;
}

/** @returns one `plan-stale` that says all that has changed; null where nothing has */
export function staleness(then: PlanBasis, now: PlanBasis): Problem | null {
  const changes = [
    ...changedFiles(then.files, now.files),
    ...changedTool(then, now),
    ...changedState(then.state, now.state),
  ];
  if (changes.length === 0) return null;
  return {
    code: 'plan-stale',
    severity: 'error',
    message: `the plan is of another time: ${changes.join('; ')}`,
    hint: 'look at a new one: `nigari infra plan`',
  };
}

function changedFiles(then: PlanBasis['files'], now: PlanBasis['files']): readonly string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].toSorted();
  return names
    .filter((name) => then[name] !== now[name])
    .map(
      (name) => `${name} ${then[name] === undefined ? 'is new' : now[name] === undefined ? 'is gone' : 'has changed'}`,
    );
}

function changedTool(then: PlanBasis, now: PlanBasis): readonly string[] {
  return then.tofu === now.tofu ? [] : [`it was made by OpenTofu ${then.tofu}, and this is ${now.tofu}`];
}

function changedState(then: StateMark | null, now: StateMark | null): readonly string[] {
  if (then?.lineage !== now?.lineage) return ['the state is another one now'];
  return then?.serial === now?.serial ? [] : [`the state has changed since (serial ${then?.serial} → ${now?.serial})`];
}
