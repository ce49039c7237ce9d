/** Where a user's programs keep what is no part of a project: XDG base directories, and what stands for them elsewhere. */
import { isAbsolute, join, relative } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** `state` is to be kept; `cache` can be made anew. */
export type Purpose = 'state' | 'cache';

const PLACES: Readonly<Record<Purpose, { readonly xdg: string; readonly darwin: string; readonly other: string }>> = {
  state: { xdg: 'XDG_STATE_HOME', darwin: 'Library/Application Support', other: '.local/state' },
  cache: { xdg: 'XDG_CACHE_HOME', darwin: 'Library/Caches', other: '.cache' },
};

/** @returns nigari's own folder there, be it made or not; null where the environment names none */
export function userFolder(purpose: Purpose, env: Env, platform: string): string | null {
  const { xdg, darwin, other } = PLACES[purpose];
  const atHome = env['HOME'] ? join(env['HOME'], platform === 'darwin' ? darwin : other) : undefined;
  const folder = env[xdg] || (platform === 'win32' ? env['LOCALAPPDATA'] : atHome);
  return folder && isAbsolute(folder) ? join(folder, 'nigari') : null;
}

/** Whether a path leads into a folder, or is it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}
