/** What a row of the API is, and what it gets. */
import { status } from '@grpc/grpc-js';
import type { MachineConfig } from './machine-config.ts';
import { clusterOf, type Cluster, type TalosNode, type World } from './world.ts';

/** Whoever may ask: `reader` also everybody in maintenance mode, where nobody is known. */
export type Role = 'reader' | 'operator' | 'admin';

export interface Call {
  readonly world: World;
  readonly node: TalosNode;
  // oxlint-disable-next-line typescript/no-explicit-any -- decoded by protobuf.js from a table that TypeScript cannot read
  readonly request: any;
  /** For calls that answer more than once. */
  readonly send: (message: object) => void;
  /** The client has gone, or the node. */
  readonly over: AbortSignal;
}

/**
 * `[call, who may, what it does]`. What a call that answers once gives is one message of `messages`, without `metadata`; those
 * of COSI give their whole answer.
 */
export type Row = readonly [string, Role, (call: Call) => object | void | Promise<object | void>];

/** An answer that refuses. */
export class Refused extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws as Talos does on workers */
export function onController({ world, node }: Call, what: string): { config: MachineConfig; cluster: Cluster } {
  const { config } = node;
  if (config === null || node.etcd === 'none')
    throw new Refused(status.UNIMPLEMENTED, `${what} is only available on control plane nodes`);
  return { config, cluster: clusterOf(world, config) };
}
