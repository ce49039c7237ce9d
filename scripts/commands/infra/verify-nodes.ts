/** `nigari infra verify-nodes`: does each machine answer at the port of the Talos API? */
import { setTimeout as pause } from 'node:timers/promises';
import { Exit } from '../../problem.ts';
import { whyNoAnswer } from '../../system/tcp.ts';
import type { RenderedMachine } from '../../tofu/rendered-instance.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { ok, tell, type Row } from '../doctor/row.ts';
import { readRendered } from './instance.ts';

/** Of apid, in maintenance mode too: https://www.talos.dev/latest/learn-more/talos-network-connectivity/ */
const TALOS_PORT = 50_000;

/** A machine that is there answers at once. */
const PATIENCE = 3_000;

export interface VerifyOptions {
  /** Seconds to go on asking those that do not answer yet. */
  readonly wait: number;
}

/** @returns 4 where a machine does not answer */
export async function verifyNodes(context: Context, { wait }: VerifyOptions): CommandResult {
  const { machines } = (await readRendered(context)).instance;
  const until = Date.now() + wait * 1000;
  const rows = await step(context, `Ask ${machines.length} machines at port ${TALOS_PORT}`, () =>
    Promise.all(machines.map((machine) => verify(context, machine, until))),
  );
  if (context.json) context.reporter.result(JSON.stringify({ rows }, null, 2));
  tell(context.reporter, rows);
  return rows.some(({ status }) => status === 'fail') ? Exit.otherProgram : Exit.done;
}

async function verify({ signal }: Context, { name, address }: RenderedMachine, until: number): Promise<Row> {
  for (;;) {
    const why = await whyNoAnswer(address, TALOS_PORT, PATIENCE, signal);
    if (why === null) return ok(name, `answers at ${address}`);
    if (Date.now() >= until || signal.aborted) return silent(name, address, why);
    await pause(1000, undefined, { signal }).catch(() => {});
  }
}

const silent = (name: string, address: string, why: string): Row => ({
  name,
  status: 'fail',
  found: `does not answer at ${address} (${why})`,
  remedy: REMEDIES[why] ?? 'is the machine on, and has it that address? Look at its console in Proxmox VE',
});

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'something else has that address, or Talos still starts: `nigari infra verify-nodes --wait 120`',
};
