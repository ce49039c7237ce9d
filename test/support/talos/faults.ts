/** What goes wrong at a node, as data. */
import { status } from '@grpc/grpc-js';

/** `[code, text]` of a call that is refused. */
export type Refusal = readonly [status, string];

/**
 * What befalls a call when it has come in. `refuse`: it is answered so and not done; `silent`: no answer ever comes;
 * `late`: after some time; `broken`: it is done in a way that fails, see where it is asked for.
 */
type Effect =
  | { readonly at: 'call'; readonly call?: string; readonly effect: 'refuse'; readonly refusal: Refusal }
  | { readonly at: 'call'; readonly call?: string; readonly effect: 'silent' | 'late' | 'broken' }
  | { readonly at: 'connection'; readonly effect: 'silent' | 'wrong-certificate' | 'refused' }
  | { readonly at: 'boot'; readonly effect: 'never' | 'no-kubelet' };

const refuse = (call: string, code: status, text: string): Effect => ({
  at: 'call',
  call,
  effect: 'refuse',
  refusal: [code, text],
});

/** Texts are those of Talos v1.13. */
const EFFECTS = {
  /** The port is open, and nothing comes. With a call: that one hangs. */
  silent: { at: 'connection', effect: 'silent' },
  late: { at: 'call', effect: 'late' },
  /** The port is closed. With a call: the connection breaks there. */
  refused: { at: 'connection', effect: 'refused' },
  /** Another cluster's, with the same names in it. */
  'wrong-certificate': { at: 'connection', effect: 'wrong-certificate' },
  unavailable: refuse('*', status.UNAVAILABLE, 'connection error: desc = "error reading server preface: EOF"'),
  'not-authorized': refuse('*', status.PERMISSION_DENIED, 'not authorized'),
  'invalid-config': refuse('ApplyConfiguration', status.INVALID_ARGUMENT, 'unknown keys found during decoding'),
  'apply-in-progress': refuse(
    'ApplyConfiguration',
    status.FAILED_PRECONDITION,
    'another apply configuration is already in progress',
  ),
  'already-bootstrapped': refuse('Bootstrap', status.ALREADY_EXISTS, 'etcd data directory is not empty'),
  'bootstrap-too-early': refuse('Bootstrap', status.FAILED_PRECONDITION, 'bootstrap is not available yet'),
  'time-not-in-sync': refuse('Bootstrap', status.FAILED_PRECONDITION, 'time is not in sync yet'),
  'etcd-not-mounted': refuse('List', status.UNKNOWN, 'lstat /var/lib/etcd: no such file or directory'),
  'no-quorum': refuse('Etcd*', status.UNKNOWN, 'etcdserver: no leader'),
  'pull-fails': refuse('ImageService/Pull', status.NOT_FOUND, 'error pulling image: not found'),
  /** The installer ends with an error, and what is on the disk stays. */
  'upgrade-fails': { at: 'call', call: '(LifecycleService/)?Upgrade', effect: 'broken' },
  /** The node comes back with the Talos that it had. */
  'upgrade-rolls-back': { at: 'call', call: 'Reboot', effect: 'broken' },
  /** It goes down and does not come back, until its power goes off and on. */
  'never-boots': { at: 'boot', effect: 'never' },
  /** It comes back without its kubelet: the node stays NotReady. */
  'kubelet-fails': { at: 'boot', effect: 'no-kubelet' },
} as const satisfies Readonly<Record<string, Effect>>;

/** What is about connections, where a rule names a call. */
const AT_A_CALL: Readonly<Record<'silent' | 'wrong-certificate' | 'refused', Effect>> = {
  silent: { at: 'call', effect: 'silent' },
  refused: EFFECTS.unavailable,
  'wrong-certificate': EFFECTS.unavailable,
};

export type How = keyof typeof EFFECTS;

export interface FaultRule {
  /** Without it, at each node. */
  readonly node?: string;
  /** Without it, at the calls that the fault is about; a regular expression, in which `*` stands for anything. */
  readonly call?: string;
  readonly how: How;
  /** How often, from now on; without it until `heal`. */
  readonly times?: number;
  /** For `late`. */
  readonly milliseconds?: number;
}

interface Entry {
  readonly rule: FaultRule;
  readonly effect: Effect;
  left: number;
}

export type CallFault = Extract<Effect, { readonly at: 'call' }> & { readonly milliseconds: number };

/** The rules in force. */
export class Faults {
  readonly #entries: Entry[] = [];

  add(rule: FaultRule): void {
    const known: Effect = EFFECTS[rule.how];
    const effect = rule.call !== undefined && known.at === 'connection' ? AT_A_CALL[known.effect] : known;
    this.#entries.push({ rule, effect, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.#entries.length = 0;
  }

  isClosed(node: string): boolean {
    return this.#find(node, ({ effect }) => effect.at === 'connection' && effect.effect === 'refused') !== undefined;
  }

  /** What befalls a connection to a node. */
  atConnection(node: string): 'silent' | 'wrong-certificate' | null {
    const entry = this.#find(node, ({ effect }) => effect.at === 'connection' && effect.effect !== 'refused');
    if (entry?.effect.at !== 'connection' || entry.effect.effect === 'refused') return null;
    entry.left -= 1;
    return entry.effect.effect;
  }

  /** What befalls a boot of a node. */
  atBoot(node: string): 'never' | 'no-kubelet' | null {
    const entry = this.#find(node, ({ effect }) => effect.at === 'boot');
    if (entry?.effect.at !== 'boot') return null;
    entry.left -= 1;
    return entry.effect.effect;
  }

  /** Whether a connection to a node would be silence; asked by what does not connect. */
  isSilent(node: string): boolean {
    return this.#find(node, ({ effect }) => effect.at === 'connection' && effect.effect === 'silent') !== undefined;
  }

  /** What befalls a call at a node. */
  atCall(node: string, call: string): CallFault | null {
    const entry = this.#find(
      node,
      ({ rule, effect }) => effect.at === 'call' && fits(rule.call ?? effect.call ?? '*', call),
    );
    if (entry?.effect.at !== 'call') return null;
    entry.left -= 1;
    return { ...entry.effect, milliseconds: entry.rule.milliseconds ?? 1000 };
  }

  #find(node: string, is: (entry: Entry) => boolean): Entry | undefined {
    return this.#entries.find((entry) => entry.left > 0 && (entry.rule.node ?? node) === node && is(entry));
  }
}

const fits = (pattern: string, call: string): boolean => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(call);
