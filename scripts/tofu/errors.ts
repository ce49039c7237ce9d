/** What tofu and the provider say when they fail, and what to do about it. */
import type { Problem } from '../problem.ts';
import { ENCRYPTION } from './failures/encryption.ts';
import { PROVIDERS } from './failures/providers.ts';
import { PROXMOX } from './failures/proxmox.ts';
import type { FailureRow } from './failures/row.ts';
import { STATE } from './failures/state.ts';
import { flatten } from './flatten.ts';

/** In this order: each is more general than the one before it. */
export const FAILURES: readonly FailureRow[] = [...ENCRYPTION, ...STATE, ...PROVIDERS, ...PROXMOX];

/**
 * Finds the cause that we know a remedy for.
 * @param output stdout and stderr of a failed tofu, masked; colours, frames and line wraps do not matter
 * @returns null for anything else: then the tool's own words must do
 */
export function explainFailure(output: string): Problem | null {
  const text = flatten(output);
  for (const [pattern, code, message, remedy] of FAILURES) {
    const groups = pattern.exec(text);
    if (groups !== null) return { code, severity: 'error', message: fill(message, groups), hint: fill(remedy, groups) };
  }
  return null;
}

function fill(words: string, { groups }: RegExpExecArray): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => groups?.[name] ?? 'unknown');
}
