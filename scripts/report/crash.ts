/** What is said of an error that nobody foresaw. */

/**
 * Its kind and where it happened. Its message may quote anything that a program had in hand, a secret too: it is told only
 * to whoever asks for it.
 * @param version of nigari
 * @param withMessage the user has asked for it
 */
export function crashText(error: unknown, version: string, withMessage = false): string {
  const { name, message, code, frames } = partsOf(error);
  const kind = code === null ? name : `${name} (${code})`;
  const head = withMessage
    ? `${kind}: ${message}`
    : `${kind}; its message is not shown, it could hold a secret: NIGARI_CRASH_MESSAGE=1 shows it to you`;
  return [head, ...frames, `this is a bug in nigari ${version}: please report it with the lines above`, ''].join('\n');
}

interface Parts {
  readonly name: string;
  readonly message: string;
  /** As Node and libraries give it: `ERR_INVALID_ARG_VALUE`. */
  readonly code: string | null;
  readonly frames: readonly string[];
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error))
    return { name: `a thrown ${typeof error}`, message: String(error), code: null, frames: [] };
  const { name, message, stack = '' } = error;
  const code = 'code' in error && /^E[A-Z0-9_]+$/.test(String(error.code)) ? String(error.code) : null;
  // The message stands above the frames, and its own lines may look like some.
  const below = stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : stack;
  return { name, message, code, frames: below.split('\n').filter((line) => FRAME.test(line)) };
}

/** `    at name (place:line:column)`, of which the name may be missing. */
const FRAME = /^ {4}at [^\n]*:\d+:\d+\)?$/;
