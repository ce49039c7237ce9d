/**
 * One run at a time changes a project. Whoever does has a file in `.nigari/cache/` meanwhile, whose name says who: a name
 * is there whole or not at all. Each announces itself first and looks for others then, so that of two that start at once
 * never both go on; and only the file of a process that is dead is ever removed by another.
 */
import { mkdirSync, readdirSync, rmSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { isAlive } from './alive.ts';
import { confine } from './confine.ts';
import { errno, ioProblem } from './io-problem.ts';

const FOLDER = '.nigari/cache';

/** How often a run that finds another one at work looks again before it gives up, and how long it waits between. */
const PATIENCE = 10;
const WAIT_MS = 100;

/** Whoever has a lock, by the name of its file: `lock-<host>-<pid>`. */
const NAME = /^lock-(.+)-(\d+)$/;
const HOST = hostname().replaceAll(/[^\w.-]+/g, '_');
const OWN = `lock-${HOST}-${process.pid}`;

/** Absolute paths of the locks of this process. */
const held = new Set<string>();

/**
 * Does something that no other run may do at the same time in this project.
 * @param patience how often to look again while another run is at work
 * @returns what it gives, with a `lock-taken-over` for each dead process that had one; `locked` while another run is at
 *   work, or what the system refused
 */
export async function withLock<T>(
  root: string,
  work: () => Promise<Checked<T>>,
  patience: number = PATIENCE,
): Promise<Checked<T>> {
  const place = await confine(root, FOLDER);
  if (!place.ok) return place;
  const lock = join(place.value.file, OWN);
  const found = await acquire(lock, patience);
  if (!found.ok) return found;
  const onExit = (): void => release(lock);
  process.on('exit', onExit);
  try {
    const result = await work();
    return { ...result, problems: [...found.problems, ...result.problems] };
  } finally {
    process.off('exit', onExit);
    release(lock);
  }
}

async function acquire(lock: string, patience: number): Promise<Checked<void>> {
  try {
    for (let left = patience; ; left -= 1) {
      const other = held.has(lock) ? lock : announce(lock);
      if (other === null) return checked(undefined, takeOver(lock));
      if (left <= 0) return refused(locked(other));
      // Two that met step back for times that differ.
      await setTimeout(WAIT_MS + (process.pid % WAIT_MS));
    }
  } catch (error) {
    return refused(ioProblem(error, 'write', `${FOLDER}/${OWN}`));
  }
}

/** @returns null when the lock is ours now; else the one in the way, and ours is taken back */
function announce(lock: string): string | null {
  try {
    makeFolder(dirname(dirname(lock)));
    makeFolder(dirname(lock));
    // One of our name is of a dead process that had our number.
    rmSync(lock, { force: true });
    writeFileSync(lock, '', { flag: 'wx' });
  } catch (error) {
    // Another run ended just now, and removed the folder, which was empty.
    if (errno(error) === 'ENOENT') return lock;
    throw error;
  }
  held.add(lock);
  const other = locksBeside(lock).find(isHeld) ?? null;
  if (other !== null) release(lock);
  return other;
}

/** Not `recursive`: that tells nothing of a file system that is read-only. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
  }
}

function locksBeside(lock: string): readonly string[] {
  const names = readdirSync(dirname(lock)).filter((name) => NAME.test(name) && name !== OWN);
  return names.map((name) => join(dirname(lock), name));
}

/** Of another machine nobody knows here whether it is dead. */
function isHeld(lock: string): boolean {
  const { host, pid } = ownerOf(lock);
  return host !== HOST || isAlive(pid);
}

function ownerOf(lock: string): { readonly host: string; readonly pid: number } {
  const [, host = '', pid = ''] = NAME.exec(basename(lock)) ?? [];
  return { host, pid: Number(pid) };
}

function takeOver(lock: string): readonly Problem[] {
  const stale = locksBeside(lock).filter((other) => !isHeld(other));
  for (const file of stale) rmSync(file, { force: true });
  return stale.map((file) => takenOver(ownerOf(file).pid));
}

/** A folder that is empty then was made for it. */
function release(lock: string): void {
  held.delete(lock);
  try {
    unlinkSync(lock);
    rmdirSync(dirname(lock));
    rmdirSync(dirname(dirname(lock)));
  } catch (error) {
    if (errno(error) === null) throw error;
  }
}

const takenOver = (pid: number): Problem => ({
  code: 'lock-taken-over',
  severity: 'note',
  message: `an earlier run, process ${pid}, ended without giving its lock back: it is taken over`,
});

function locked(lock: string): Problem {
  const { host, pid } = ownerOf(lock);
  const since = statSync(lock, { throwIfNoEntry: false })?.mtime ?? new Date();
  const who = host === HOST ? `process ${pid}` : `process ${pid} on ${host}`;
  return {
    code: 'locked',
    severity: 'error',
    message: `another run of nigari is at work here: ${who}, since ${since.toISOString().slice(0, 19)}Z`,
    hint: `wait until it has ended, then run the command again; if ${who} is no nigari: rm ${FOLDER}/${basename(lock)}`,
  };
}
