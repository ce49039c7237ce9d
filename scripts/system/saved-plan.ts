/** Where the plan of an instance is kept between `infra plan` and `infra apply`: in the cache that git ignores, for this user alone. */
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { confine } from './confine.ts';
import { ioProblem } from './io-problem.ts';
import { emptyPrivateFolder } from './private-folder.ts';

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

/** In place of an earlier plan. */
export async function makeRoomForPlan(root: string, { folder }: SavedPlan): Promise<Checked<void>> {
  const place = await confine(root, FOLDER);
  if (!place.ok) return place;
  try {
    await emptyPrivateFolder(folder);
    return checked(undefined);
  } catch (error) {
    return refused(ioProblem(error, 'write', FOLDER));
  }
}

export async function hasPlan({ plan, basis }: SavedPlan): Promise<boolean> {
  const found = await Promise.all([plan, basis].map((file) => stat(file).catch(() => null)));
  return found.every((one) => one?.isFile() === true);
}

/** @param file one of those beside the plan */
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
