/** Signals while a child runs: it gets them, once, and we wait for it. */

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Whether a child shares our terminal. Then Ctrl-C reaches it without us, and it must not get a second one: tofu takes
 * that as "stop at once", and loses the state. Any other child gets a process group of its own, which only we signal.
 */
export function sharesTerminal(inherit: boolean): boolean {
  const isTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  // Windows has no groups of this kind: Ctrl-C reaches every process of the console.
  return process.platform === 'win32' || (inherit && isTerminal);
}

/** What arrives while a child runs. */
export interface Passing {
  /** Whether we were told to stop, by a signal or by the abort. */
  readonly interrupted: () => boolean;
  readonly release: () => void;
}

/**
 * Until released, a signal does not end us but is passed on, SIGINT only where the terminal has not done that.
 * @param kill sends a signal to the child
 * @param terminal whether it shares our terminal
 * @param abort sends SIGTERM, unless the abort comes of a signal that the child has anyway
 * @param leavesKeys Ctrl-C is the child's alone, and tells nobody to stop
 */
export function passSignals(
  kill: (signal: NodeJS.Signals) => void,
  terminal: boolean,
  abort?: AbortSignal,
  leavesKeys = false,
): Passing {
  let received = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    received = true;
    if (signal !== 'SIGINT' || !terminal) kill(signal);
  };
  // Whoever aborts because of a signal may have heard it before us: so ask when all have heard it.
  const onAbort = (): unknown => setImmediate(() => received || kill('SIGTERM'));
  for (const signal of PASSED_ON) process.on(signal, onSignal);
  const hearKeys = leavesKeys ? leaveKeysToChild() : () => {};
  abort?.addEventListener('abort', onAbort);
  if (abort?.aborted) onAbort();
  const release = (): void => {
    hearKeys();
    for (const signal of PASSED_ON) process.off(signal, onSignal);
    abort?.removeEventListener('abort', onAbort);
  };
  return { interrupted: () => received || abort?.aborted === true, release };
}

/** Sends a signal to a child that has a group of its own, and to all that it started: they may hold its output open. */
export function killAll(
  child: { readonly pid?: number; readonly kill: (signal: NodeJS.Signals) => unknown },
  signal: NodeJS.Signals,
): void {
  if (child.pid === undefined || process.platform === 'win32') return void child.kill(signal);
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

/** Between asking a child to end and ending it. */
const GRACE_MS = 2000;

/** A timer of Node's that should take longer ends at once: 24 days. */
const LONGEST_MS = 2 ** 31 - 1 - GRACE_MS;

/** Until released: ends a child that takes longer than it may. @param milliseconds undefined: it may take any time */
export function timeLimit(kill: (signal: NodeJS.Signals) => void, milliseconds?: number) {
  let passed = false;
  const asking = (): void => {
    passed = true;
    kill('SIGTERM');
  };
  const limit = Math.min(milliseconds ?? LONGEST_MS, LONGEST_MS);
  const timers =
    milliseconds === undefined ? [] : [setTimeout(asking, limit), setTimeout(() => kill('SIGKILL'), limit + GRACE_MS)];
  return { passed: () => passed, release: () => timers.forEach((timer) => clearTimeout(timer)) };
}

/** What the keys Ctrl-C and Ctrl-\ send to every process of a terminal. */
const FROM_KEYS = ['SIGINT', 'SIGQUIT'] as const;

/**
 * While an editor has the terminal, these are keys of its own: nobody here hears them.
 * @returns what lets them be heard again
 */
function leaveKeysToChild(): () => void {
  const ignore = (): void => {};
  const heard = FROM_KEYS.map((signal) => [signal, process.listeners(signal)] as const);
  for (const [signal, listeners] of heard) {
    process.on(signal, ignore);
    for (const listener of listeners) process.off(signal, listener);
  }
  return () => {
    for (const [signal, listeners] of heard) {
      for (const listener of listeners) process.on(signal, listener);
      process.off(signal, ignore);
    }
  };
}
