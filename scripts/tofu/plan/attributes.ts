/** Which attributes of a resource a plan changes. Source: OpenTofu's documentation, "JSON Output Format", `change`. */
import { isMapping, type Mapping } from '../../config/mapping.ts';

/** An attribute that changes: `disk[0].size`. Null is "not set"; `(known after apply)` and `(sensitive)` are told as such. */
export interface AttributeChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** Whether it is what forces a replacement. */
  readonly forces: boolean;
}

const SENSITIVE = '(sensitive)';
const UNKNOWN = '(known after apply)';

/** The same place in each of the five values that tell of a change. */
interface Places {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly sensitive: boolean;
  readonly beforeSensitive: unknown;
  readonly afterSensitive: unknown;
}

/** @param change of a resource */
export function attributeChanges(change: Mapping): readonly AttributeChange[] {
  const forcing = Array.isArray(change['replace_paths']) ? change['replace_paths'].map(pathText) : [];
  const changes = changesAt('', {
    before: change['before'],
    after: change['after'],
    unknown: change['after_unknown'],
    sensitive: false,
    beforeSensitive: change['before_sensitive'],
    afterSensitive: change['after_sensitive'],
  });
  return changes.map((one) => ({ ...one, forces: forcing.some((path) => isWithin(one.path, path)) }));
}

const isWithin = (path: string, whole: string): boolean =>
  path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);

const pathText = (steps: unknown): string => (Array.isArray(steps) ? steps.reduce<string>(joined, '') : '');

function joined(path: string, step: unknown): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  return path === '' ? String(step) : `${path}.${String(step)}`;
}

/** What differs, as deep as it differs: a list is compared item by item, an item that comes or goes is told whole. */
function changesAt(path: string, places: Places): readonly Omit<AttributeChange, 'forces'>[] {
  const { before, after, unknown, sensitive, beforeSensitive, afterSensitive } = places;
  const hidden = sensitive || beforeSensitive === true || afterSensitive === true;
  if (unknown !== true && isEqual(before, after) && !holdsTrue(unknown)) return [];
  const keys = hidden || unknown === true ? null : sharedKeys(before, after, unknown);
  if (keys === null)
    return [{ path, before: told(before, hidden), after: unknown === true ? UNKNOWN : told(after, hidden) }];
  return keys.flatMap((key) =>
    changesAt(joined(path, key), {
      before: partOf(before, key),
      after: partOf(after, key),
      unknown: partOf(unknown, key),
      sensitive: hidden,
      beforeSensitive: partOf(beforeSensitive, key),
      afterSensitive: partOf(afterSensitive, key),
    }),
  );
}

/** @returns null where one of them is no collection, or they are of two sorts */
function sharedKeys(before: unknown, after: unknown, unknown: unknown): readonly (string | number)[] | null {
  if (Array.isArray(before) && Array.isArray(after)) {
    const more = Array.isArray(unknown) ? unknown.length : 0;
    return [...Array(Math.max(before.length, after.length, more)).keys()];
  }
  if (!isMapping(before) || !isMapping(after)) return null;
  return [
    ...new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(isMapping(unknown) ? unknown : {})]),
  ];
}

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function holdsTrue(value: unknown): boolean {
  if (value === true) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTrue);
}

function told(value: unknown, hidden: boolean): string {
  if (value === undefined || value === null) return 'null';
  return hidden ? SENSITIVE : JSON.stringify(value);
}

/** What is at a key of a mapping, or an index of a list. */
export function partOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}
