/** The machines that an apply changes in place. */
import type { Plan } from './read.ts';
import { VM } from './summary.ts';

/** A machine that was there before. */
export interface ChangedGuest {
  readonly name: string;
  readonly node: string;
  readonly id: number;
}

export function changedGuests({ resources }: Plan): readonly ChangedGuest[] {
  return resources.flatMap(({ type, action, before, after }) => {
    const { vm_id: id, node_name: node } = before;
    if (type !== VM || action !== 'update' || typeof id !== 'number' || typeof node !== 'string') return [];
    const { name } = after;
    return [{ name: typeof name === 'string' ? name : `VM ${id}`, node, id }];
  });
}
