/** Making the plan that `apply` will take, keeping it, and opening it again. In between it is only ever ciphertext. */
import { hashOf } from '../../changes/manifest.ts';
import { reveal, secret, type Secret } from '../../config/secret.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { masker } from '../../secrets/mask.ts';
import { openValues } from '../../secrets/guards/variables.ts';
import { listFiles, readAnyFile, readDisk } from '../../system/disk.ts';
import { randomBytes } from '../../system/random.ts';
import { textIfThere } from '../../system/private-folder.ts';
import { hasPlan, makeRoomForPlan, savedPlanOf, writeBeside } from '../../system/saved-plan.ts';
import { planEncryption } from '../../tofu/plan/encryption.ts';
import { readPlan, type Plan } from '../../tofu/plan/read.ts';
import { basisText, readBasis, staleness, stateMark, type PlanBasis } from '../../tofu/plan/saved.ts';
import { summaryOf, type PlanSummary } from '../../tofu/plan/summary.ts';
import type { Context } from '../context.ts';
import { openFile, sealAll, toSeal } from '../sealed-files.ts';
import type { Prepared } from './instance.ts';
import { runTofu, type How } from './tofu.ts';

/** A plan that is there to be applied, and what opens it. */
export interface OpenPlan {
  readonly plan: Plan;
  readonly summary: PlanSummary;
  /** The run that it is applied with: its passphrase is among the secrets and in `env`. */
  readonly call: Prepared;
  /** For each tofu that reads the plan. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the plan. */
  readonly file: string;
  /** Of the file as it was shown. */
  readonly hash: string;
}

export interface MadePlan extends OpenPlan {
  /** Of `tofu plan`. */
  readonly exitCode: number;
  /** Whether `infra apply` will find it. */
  readonly isKept: boolean;
}

/**
 * Plans, and keeps the plan for `infra apply`, in place of an earlier one.
 * @param args for tofu; what they would write elsewhere is refused
 * @returns the plan, and the exit code of `tofu plan`
 */
export async function makePlan(
  context: Context,
  prepared: Prepared,
  args: readonly string[],
  output: NonNullable<How['output']>,
): Promise<MadePlan> {
  if (args.some((argument) => /^--?out(=|$)/.test(argument))) throw new Refusal([ownPlace], Exit.refusedInput);
  const saved = savedPlanOf(context.root, prepared.instance.directory);
  must(await makeRoomForPlan(context.root, saved), Exit.refusedInput);
  const passphrase = prepared.instance.state_encryption ? null : newPassphrase();
  const { call, env } = withPassphrase(context, prepared, passphrase);
  // Before the plan reads them: what is edited meanwhile has changed since.
  const files = await filesOf(context, call);
  const ended = await runTofu(context, call, 'plan', { args: [`-out=${saved.plan}`, ...args], env, output });
  const open = await readBack(context, call, env, saved.plan);
  const isKept = passphrase === null || (await keepPassphrase(context, call, passphrase, saved.passphrase));
  // Last: without it there is no plan.
  if (isKept) must(await writeBeside(saved.basis, basisText(await basisOf(context, call, files))), Exit.refusedInput);
  return { ...open, exitCode: ended.exitCode, isKept };
}

async function readBack(context: Context, call: Prepared, env: OpenPlan['env'], file: string): Promise<OpenPlan> {
  const hash = await hashOfPlan(file);
  const { stdout } = await runTofu(context, call, 'show', { args: ['-json', file], env });
  const plan = must(readPlan(stdout), Exit.otherProgram);
  return { plan, summary: summaryOf(plan, masker(call.secrets, call.known)), call, env, file, hash };
}

/** Empty where there is none any more. */
async function hashOfPlan(file: string): Promise<string> {
  const read = await readAnyFile(file);
  return read.ok ? hashOf(read.value) : '';
}

/** While somebody is asked, another run may plan in the same folder. @throws Refusal 2: `plan-stale` */
export async function refuseReplaced({ file, hash }: OpenPlan): Promise<void> {
  if ((await hashOfPlan(file)) !== hash) throw new Refusal([planReplaced], Exit.refusedInput);
}

/** @throws Refusal 2: `plan-missing`, or `plan-stale` with what has changed since it was made */
export async function openPlan(context: Context, prepared: Prepared): Promise<OpenPlan> {
  const saved = savedPlanOf(context.root, prepared.instance.directory);
  const basis = (await hasPlan(saved)) ? readBasis((await textIfThere(saved.basis)) ?? '') : null;
  if (basis === null) throw new Refusal([planMissing], Exit.refusedInput);
  const stale = staleness(basis, await basisOf(context, prepared, await filesOf(context, prepared)));
  if (stale !== null) throw new Refusal([stale], Exit.refusedInput);
  const opened = await openSealed(context, await textIfThere(saved.passphrase));
  const { call, env } = withPassphrase(context, prepared, opened.get(PASSPHRASE) ?? null);
  return readBack(context, call, env, saved.plan);
}

/** Under this name it is a secret of the run, so that it is hidden wherever tofu might print it. */
const PASSPHRASE = 'plan_passphrase';

function withPassphrase(context: Context, call: Prepared, passphrase: Secret | null) {
  if (passphrase === null) return { call, env: {} };
  const secrets = new Map([...call.secrets, [PASSPHRASE, passphrase]]);
  return { call: { ...call, secrets }, env: planEncryption(reveal(passphrase), context.env['TF_ENCRYPTION']) };
}

const newPassphrase = (): Secret => secret(Buffer.from(randomBytes(32)).toString('hex'));

/**
 * As the project's own secrets are sealed: who opens those can apply the plan, in CI too.
 * @returns false where there is nobody to seal it for: then the plan is for this run alone
 */
async function keepPassphrase(
  context: Context,
  { instance }: Prepared,
  passphrase: Secret,
  file: string,
): Promise<boolean> {
  const bytes = Buffer.from(`${PASSPHRASE}: ${reveal(passphrase)}\n`);
  const artifact = toSeal({ path: instance.secrets_file, bytes }, [passphrase]);
  try {
    const [sealed] = await sealAll(context, [artifact], { disk: new Map() }, () => {});
    must(await writeBeside(file, sealed?.bytes ?? ''), Exit.refusedInput);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.reporter.problems([planNotKept(error.problems[0])]);
    return false;
  }
}

const planNotKept = (why: Problem | undefined): Problem => ({
  code: 'plan-not-kept',
  severity: 'warning',
  message: `this plan cannot be kept for \`nigari infra apply\`: ${why?.message ?? 'its passphrase cannot be sealed'}`,
  hint: `${why?.hint ?? 'run `nigari doctor`'}; or plan, look and apply in one go: \`nigari infra apply-auto\``,
});

/** By name, as any opened file: a secret alone cannot be awaited. */
async function openSealed(context: Context, sealed: string | null): Promise<ReadonlyMap<string, Secret>> {
  if (sealed === null) return new Map();
  const reading = await openFile(context, { path: 'the passphrase of the plan', bytes: Buffer.from(sealed) });
  return must(openValues(reading), Exit.refusedInput);
}

/** Whatever OpenTofu reads of a directory, modules in folders of it too. */
const READ_BY_TOFU = /\.(tf|tofu|tfvars)(\.json)?$|\/\.terraform\.lock\.hcl$/;

/** Hashes by name below the instance's directory. */
async function filesOf(context: Context, { instance: { directory } }: Prepared): Promise<PlanBasis['files']> {
  const names = must(await listFiles(context.root, directory), Exit.refusedInput).filter((name) =>
    READ_BY_TOFU.test(name),
  );
  const disk = must(await readDisk(context.root, names), Exit.refusedInput);
  return Object.fromEntries([...disk].map(([path, { bytes }]) => [path.slice(directory.length + 1), hashOf(bytes)]));
}

async function basisOf(context: Context, call: Prepared, files: PlanBasis['files']): Promise<PlanBasis> {
  const state = await runTofu(context, call, 'state-pull');
  return { files, tofu: call.tofu.version, state: stateMark(state.stdout) };
}

const planMissing: Problem = {
  code: 'plan-missing',
  severity: 'error',
  message: 'there is no plan to apply',
  hint: 'make one and look at it: `nigari infra plan`; or plan, look and apply in one go: `nigari infra apply-auto`',
};

const planReplaced: Problem = {
  code: 'plan-stale',
  severity: 'error',
  message: 'another plan was made here since this one was shown',
  hint: 'nothing was applied; make a plan again, look at it, and apply that: `nigari infra plan`',
};

const ownPlace: Problem = {
  code: 'plan-place',
  severity: 'error',
  message:
    'nigari keeps the plan itself, encrypted: -out would leave one in clear, or one that `nigari infra apply` does not know',
  hint: 'leave -out away; `nigari infra apply` takes the plan that was shown last',
};
