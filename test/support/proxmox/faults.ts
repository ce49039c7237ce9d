/** What goes wrong at a Proxmox VE, beside its connections. */
import type { ConnectionFault } from '../faults.ts';
import type { TaskFault } from './route.ts';

export type Fault =
  | ConnectionFault
  /** The task that the call starts is slow, or does nothing and fails. */
  | ({ readonly kind: 'task' } & TaskFault)
  /** A storage has no space from here on. */
  | { readonly kind: 'full'; readonly storage: string }
  /** Someone else has just made a VM with the id that the call asks for. */
  | { readonly kind: 'taken'; readonly name: string; readonly node?: string };
