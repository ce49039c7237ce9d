/** What a command is given, without a terminal, and what it said. */
import process from 'node:process';
import type { Context } from '../../scripts/commands/context.ts';
import { collectingReporter, type Heard } from '../../scripts/system/terminal.ts';

/** @param env nothing but this is seen: no PATH, no keys of this machine */
export function contextFor(
  root: string,
  env: Context['env'] = {},
): { readonly context: Context; readonly heard: Heard } {
  const { reporter, heard } = collectingReporter();
  const { platform } = process;
  const { signal } = new AbortController();
  const call = 'npx nigari';
  const context = { root, env, platform, reporter, json: true, terminal: false, colour: false, call, signal };
  return { context, heard };
}
