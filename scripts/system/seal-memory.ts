/**
 * What this machine remembers of sealed files that it opened: enough to say later, without a key, whether their inputs
 * are still the same. In the project, below `.nigari/cache/` (ignored by git), lies an HMAC of what each file held; its
 * key lies in the user's own state folder, so that a thief of the project alone can try no guesses. Whoever has both can:
 * a password of few bits is found so. Whatever is missing or damaged is not known, and never a problem.
 */
import { createHash, createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Memory } from '../secrets/known.ts';
import type { SourceFile } from '../types.ts';
import { readCache, writeCache } from './cache-file.ts';
import { makeMemoryKey, memoryKeyFile, readMemoryKey } from './memory-key.ts';

/** `{ "<path>": { "key": "<id>", "sealed": "<SHA-256 of its bytes>", "held": "<HMAC-SHA-256 of what it held>" } }`, in hex. */
const CACHE = 'sealed.json';

interface Entry {
  /** Tells keys apart: what another key made says nothing. */
  readonly key: string;
  readonly sealed: string;
  readonly held: string;
}

/** A memory that is read now, and kept for later runs by `save`. */
export interface SealMemory extends Memory {
  readonly save: () => Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @param root absolute path of the project */
export async function sealMemory(root: string, env: Env, platform: string): Promise<SealMemory> {
  const keyFile = memoryKeyFile(root, env, platform);
  const [key, entries] = await Promise.all([readMemoryKey(keyFile), readEntries(root)]);
  const told = new Map<string, readonly [file: SourceFile, text: string]>();
  return {
    held: (file, text) => {
      const entry = entries.get(file.path);
      const now = key === null ? null : entryOf(key, file, text);
      const isKnown = entry !== undefined && entry.key === now?.key && entry.sealed === now.sealed;
      return isKnown ? entry.held === now.held : null;
    },
    remember: (file, text) => void told.set(file.path, [file, text]),
    save: async () => {
      if (told.size === 0) return;
      const usable = key ?? (await makeMemoryKey(keyFile));
      if (usable === null) return;
      const now = [...told].map(([path, [file, text]]) => [path, entryOf(usable, file, text)] as const);
      const all = new Map([...entries, ...now].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      if (!isDeepStrictEqual(all, entries))
        await writeCache(root, CACHE, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
    },
  };
}

/** The path is in the HMAC, so that nobody sees which files hold the same. */
function entryOf(key: Uint8Array, { path, bytes }: SourceFile, text: string): Entry {
  const hmac = (message: string): string => createHmac('sha256', key).update(message).digest('hex');
  const sealed = createHash('sha256').update(bytes).digest('hex');
  return { key: hmac(''), sealed, held: hmac(`${path}\0${text}`) };
}

async function readEntries(root: string): Promise<ReadonlyMap<string, Entry>> {
  try {
    const cache: unknown = JSON.parse((await readCache(root, CACHE)) ?? '{}');
    return new Map(Object.entries(cache ?? {}).filter((entry): entry is [string, Entry] => isEntry(entry[1])));
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is Entry {
  const { key, sealed, held } = (value ?? {}) as Record<string, unknown>;
  return [key, sealed, held].every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash));
}
