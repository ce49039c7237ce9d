/**
 * What the last good run of `configure` read, made and said, below `.nigari/cache/` (ignored by git): enough to know that
 * another one would do nothing. All of it is under an HMAC with this machine's own key, so that nobody else can make nigari
 * believe it; and so is each hash in it, for one of cluster.yaml alone would let a thief try guesses at what is in there.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readCache, writeCache } from './cache-file.ts';
import { makeMemoryKey, memoryKeyFile, readMemoryKey } from './memory-key.ts';
import { isAsObserved, type Observed } from './observed.ts';

/** `<HMAC-SHA-256 of the rest, hex>`, a line break, and `Kept` as JSON. */
const CACHE = 'last-run';

interface Kept<Said> {
  /** HMAC of what the run was asked, its environment among it. */
  readonly asked: string;
  /** When it was, in milliseconds. */
  readonly taken: number;
  readonly seen: readonly Observed[];
  readonly said: Said;
}

/** Whose run: the project, and what decides where the key is. */
interface Whose {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * @param asked everything but files that the answer depends on
 * @returns what the last run said; null where it was asked something else, where anything that it saw has changed since, and
 *   where there is none: what is missing, damaged or not ours is never a problem
 */
export async function recall<Said>({ root, env, platform }: Whose, asked: string): Promise<Said | null> {
  const key = await readMemoryKey(memoryKeyFile(root, env, platform));
  if (key === null) return null;
  const { hmac, isOurs } = keyed(key);
  try {
    const [mac = '', text = ''] = ((await readCache(root, CACHE)) ?? '').split('\n', 2);
    if (!isOurs(mac, text)) return null;
    const { asked: before, taken, seen, said } = JSON.parse(text) as Kept<Said>;
    return before === hmac(asked) && seen.every((one) => isAsObserved(one, taken, hmac)) ? said : null;
  } catch {
    return null;
  }
}

/** Keeps what a run saw and said; where that cannot be, later runs take the long way. */
export async function remember<Said>(
  { root, env, platform }: Whose,
  { asked, seen, ...rest }: Kept<Said>,
): Promise<void> {
  const file = memoryKeyFile(root, env, platform);
  const key = (await readMemoryKey(file)) ?? (await makeMemoryKey(file));
  if (key === null) return;
  const { hmac } = keyed(key);
  const hidden = seen.map((one) => ({ ...one, content: one.content === null ? null : hmac(one.content) }));
  const text = JSON.stringify({ asked: hmac(asked), seen: hidden, ...rest });
  await writeCache(root, CACHE, `${hmac(text)}\n${text}`);
}

function keyed(key: Uint8Array) {
  const hmac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const isOurs = (mac: string, text: string): boolean => {
    const [given, right] = [Buffer.from(mac), Buffer.from(hmac(text))];
    return given.length === right.length && timingSafeEqual(given, right);
  };
  return { hmac, isOurs };
}
