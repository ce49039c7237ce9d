/** Where the plan of an instance is kept between `infra plan` and `infra apply`: in the cache that git ignores, for this user alone. */
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { confine } from './confine.ts';
import { ioProblem } from './io-problem.ts';

const FOLDER = '.nigari/cache/plans';

/** All of it is absolute. */
export interface SavedPlan {
  readonly folder: string;
  /** What `tofu plan -out` writes: always encrypted. */
  readonly plan: string;
  /** What it was made from: `PlanBasis` as JSON. */
  readonly basis: string;
  /** The passphrase of the plan, sealed; only where the project has none of its own for state and plans. */
  readonly passphrase: string;
}

/** @param directory of the instance */
export function savedPlanOf(root: string, directory: string): SavedPlan {
  const folder = join(root, FOLDER, directory.replaceAll('/', '-'));
  const file = (name: string): string => join(folder, name);
  return { folder, plan: file('plan'), basis: file('basis.json'), passphrase: file(PASSPHRASE) };
}

const PASSPHRASE = 'passphrase.sops.yaml';

/** An empty folder that nobody else may look into, in place of an earlier plan. */
export async function makeRoomForPlan(root: string, { folder }: SavedPlan): Promise<Checked<void>> {
  const place = await confine(root, FOLDER);
  if (!place.ok) return place;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    return checked(undefined);
  } catch (error) {
    return refused(ioProblem(error, 'write', FOLDER));
  }
}

export async function hasPlan({ plan, basis }: SavedPlan): Promise<boolean> {
  const found = await Promise.all([plan, basis].map((file) => stat(file).catch(() => null)));
  return found.every((one) => one?.isFile() === true);
}

/** A text beside the plan; null where there is none. */
export async function readBeside(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

export async function writeBeside(file: string, text: string | Uint8Array): Promise<Checked<void>> {
  try {
    await writeFile(file, text, { mode: 0o600 });
    return checked(undefined);
  } catch (error) {
    return refused(ioProblem(error, 'write', FOLDER));
  }
}

export async function dropPlan({ folder }: SavedPlan): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}
