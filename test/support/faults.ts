/** What goes wrong at a simulated server, as data: rules that say at which call, and how. */

/** What can befall any call. */
export type ConnectionFault =
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Answered so, and not done. */
  | { readonly kind: 'status'; readonly status: number; readonly reason?: string; readonly body?: string }
  /** The connection breaks before the call is done, or after it and before its answer. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' };

export interface FaultRule<Fault = ConnectionFault> {
  /** `METHOD path`, where `*` stands for one part of the path or the method, and `**` for all the rest. */
  readonly match: string;
  /** Only at the n-th call that matches, from 1; otherwise at each. */
  readonly nth?: number;
  readonly fault: Fault;
}

/** The rules in force, and how often each has matched. */
export class Faults<Fault> {
  readonly #rules: { readonly rule: FaultRule<Fault>; seen: number }[] = [];

  constructor(rules: readonly FaultRule<Fault>[] = []) {
    this.add(...rules);
  }

  add(...rules: readonly FaultRule<Fault>[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, seen: 0 })));
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** What befalls a call: the first rule that fits. Every matching rule counts it. */
  at(method: string, path: readonly string[]): Fault | undefined {
    const matching = this.#rules.filter(({ rule }) => matchPattern(rule.match, method, path));
    for (const entry of matching) entry.seen += 1;
    return matching.find(({ rule, seen }) => rule.nth === undefined || rule.nth === seen)?.rule.fault;
  }
}

/**
 * Compares a call with `METHOD path`; `{name}` stands for one part.
 * @returns what the placeholders stand for, or null
 */
export function matchPattern(
  pattern: string,
  method: string,
  path: readonly string[],
): Readonly<Record<string, string>> | null {
  const [wantedMethod, wantedPath = ''] = pattern.split(' ');
  if (wantedMethod !== method && wantedMethod !== '*') return null;
  const parts = wantedPath.split('/');
  const open = parts.at(-1) === '**';
  if (open ? path.length < parts.length - 1 : path.length !== parts.length) return null;
  const at: Record<string, string> = {};
  for (const [index, part] of (open ? parts.slice(0, -1) : parts).entries()) {
    const actual = path[index] ?? '';
    if (part.startsWith('{')) at[part.slice(1, -1)] = actual;
    else if (part !== '*' && part !== actual) return null;
  }
  return at;
}
