/** The lock file of an instance, and its checksums for the platforms that cluster.yaml names. */
import { clusterDefault } from '../../config/defaults.ts';
import { validate } from '../../config/validate.ts';
import { Exit, must } from '../../problem.ts';
import { readInitInputs, readInitRecord, writeInitRecord } from '../../system/init-record.ts';
import { lacksInput, loadInputs } from '../../system/inputs.ts';
import { explainFailure } from '../../tofu/errors.ts';
import { incompleteProviders, lockAttempt, lockIncomplete, LOCK_FILE } from '../../tofu/lock-file.ts';
import type { Context } from '../context.ts';
import { tryTofu, type TofuRun } from './tofu.ts';

/** @returns its text; empty where there is none */
export async function readLockFile(root: string, directory: string): Promise<string> {
  return lockTextIn(must(await readInitInputs(root, directory), Exit.refusedInput));
}

/** @param files of an instance's directory, by name @returns the text of the lock file among them; empty where there is none */
export const lockTextIn = (files: ReadonlyMap<string, Uint8Array>): string =>
  new TextDecoder().decode(files.get(LOCK_FILE));

/** @returns null where an input is missing, as in CI; none where they are not valid */
export async function lockPlatforms({ root }: Context): Promise<readonly string[] | null> {
  const inputs = await loadInputs(root);
  if (lacksInput(inputs)) return null;
  const config = validate(inputs);
  return config.ok ? (config.value.cluster.tofu_lock_platforms ?? clusterDefault('tofu_lock_platforms')) : [];
}

/** For an init where nobody would see a change of the lock file, as in CI: it stays as it was committed. */
export const READ_ONLY = '-lockfile=readonly';

/** Whether checksums of platforms are missing, and were not asked for in vain since something changed. */
export async function isLockDue({ root }: Context, directory: string, platforms: readonly string[]): Promise<boolean> {
  const text = await readLockFile(root, directory);
  if (incompleteProviders(text, platforms).length === 0) return false;
  return (await readInitRecord(root)).get(pathOf(directory)) !== lockAttempt(text, platforms);
}

/** Four packages of some ten megabytes each, over a slow line. */
const PATIENCE_MS = 120_000;

/**
 * Asks the registry for the checksums that are missing: a mirror tells only those of its own packages. Where it cannot be
 * reached, that is a note.
 */
export async function completeLockFile(context: Context, call: TofuRun, platforms: readonly string[]): Promise<void> {
  const { root, env, reporter } = context;
  const { directory } = call.instance;
  if (incompleteProviders(await readLockFile(root, directory), platforms).length === 0) return;
  const ended = await tryTofu(
    context,
    call,
    'providers-lock',
    {
      args: platforms.map((platform) => `-platform=${platform}`),
      env: { TF_REGISTRY_DISCOVERY_RETRY: '0', ...set(env) },
    },
    PATIENCE_MS,
  );
  const text = await readLockFile(root, directory);
  const missing = incompleteProviders(text, platforms);
  if (missing.length === 0) return;
  const reason = ended.late ? 'the registry of providers is too slow' : explainFailure(ended.said)?.message;
  reporter.problems([lockIncomplete(pathOf(directory), missing, reason ?? 'OpenTofu could not get them')]);
  const attempt = [pathOf(directory), lockAttempt(text, platforms)] as const;
  must(await writeInitRecord(root, new Map([...(await readInitRecord(root)), attempt])), Exit.refusedInput);
}

const set = ({ TF_REGISTRY_DISCOVERY_RETRY: retry }: Context['env']) =>
  retry === undefined ? {} : { TF_REGISTRY_DISCOVERY_RETRY: retry };

const pathOf = (directory: string): string => `${directory}/${LOCK_FILE}`;
