/**
 * `nigari init --commit-config`: the credentials move from cluster.yaml into cluster.sops.yaml, sealed, and cluster.yaml
 * becomes a file that git may have. All of it happens in one step, or nothing does.
 */
import { compare } from '../../changes/compare.ts';
import { referenceName } from '../../config/references.ts';
import { CLUSTER_FILE } from '../../config/rules/rule.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { secret } from '../../config/secret.ts';
import { validate } from '../../config/validate.ts';
import { withoutKeys } from '../../config/without-keys.ts';
import { parseYaml } from '../../config/yaml.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { isGenerated } from '../../render/header.ts';
import type { Tree } from '../../secrets/tree/tree.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import { readDisk } from '../../system/disk.ts';
import { openWorkTree } from '../../system/git.ts';
import { findOnPath } from '../../system/programs.ts';
import { loadInputs } from '../../system/inputs.ts';
import { write, type PublicFile } from '../../system/write.ts';
import { SECRET_KEYS, type Change, type SecretKey, type SourceFile } from '../../types.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { withIgnoreBlock } from './gitignore.ts';
import { openFile, toSeal, readFileOf, sealAll } from '../sealed-files.ts';

type Literals = ReadonlyMap<SecretKey, string>;

/** @throws Refusal 2 when the inputs are not valid, the sealed file cannot be opened, or a line cannot be taken out */
export async function commitConfig(context: Context): CommandResult {
  const problems: Problem[] = [];
  const file = await step(context, 'Read cluster.yaml', () => provenConfig(context));
  const literals = literalsOf(file);
  const changes = await step(context, 'Seal its credentials', () => sealLiterals(context, literals, problems));
  const wasTracked = await isTracked(context);
  await step(context, 'Write cluster.sops.yaml, cluster.yaml and .gitignore', async () => {
    const beside = [...openConfig(file, literals), ...(await ignoreFile(context))];
    must(await write(changes, context.root, { signal: context.signal, beside }), Exit.refusedInput);
  });
  report(context, [...literals.keys()], [...problems, ...(wasTracked && literals.size > 0 ? [inHistory] : [])]);
  return Exit.done;
}

async function provenConfig({ root }: Context): Promise<SourceFile> {
  const sources = await loadInputs(root);
  must(validate(sources), Exit.refusedInput);
  return must(sources.cluster, Exit.refusedInput);
}

/** The credentials that stand in cluster.yaml in clear. */
function literalsOf(file: SourceFile): Literals {
  const { value } = must(parseYaml(file), Exit.refusedInput);
  const isLiteral = (key: SecretKey): boolean => typeof value[key] === 'string' && referenceName(value[key]) === null;
  return new Map(SECRET_KEYS.filter(isLiteral).map((key) => [key, value[key] as string]));
}

/** Behind whatever cluster.sops.yaml holds already. */
async function sealLiterals(context: Context, literals: Literals, problems: Problem[]): Promise<readonly Change[]> {
  if (literals.size === 0) return [];
  const disk = must(await readDisk(context.root, [SEALED_FILE]), Exit.refusedInput);
  const old = disk.get(SEALED_FILE);
  const [document] = old === undefined ? [] : (await openFile(context, { path: SEALED_FILE, ...old })).tree;
  const added = [...literals].map(([key, text]) => ({ kind: 'entry', key, value: { kind: 'str', text } }) as const);
  const tree: Tree = [{ kind: 'mapping', items: [...(document?.items ?? []), ...added] }];
  const plain = toSeal({ path: SEALED_FILE, bytes: Buffer.from(emit(tree)) }, [...literals.values()].map(secret));
  const sealed = await sealAll(context, [plain], { disk }, (found) => void problems.push(...found));
  return must(compare(sealed, disk, { manifest: null, force: true, isGenerated }), Exit.refusedInput);
}

function openConfig(file: SourceFile, literals: Literals): readonly PublicFile[] {
  if (literals.size === 0) return [];
  const keys = [...literals.keys()];
  const text = withoutKeys(file, keys, (key) => `${key} is in ${SEALED_FILE}`);
  if (text === null) throw new Refusal([notRemovable(keys)], Exit.refusedInput);
  return [{ path: CLUSTER_FILE, text, was: file.bytes }];
}

const notRemovable = (keys: readonly SecretKey[]): Problem => ({
  code: 'keys-not-removable',
  severity: 'error',
  file: CLUSTER_FILE,
  message: `${keys.join(', ')} cannot be taken out of ${CLUSTER_FILE} line by line`,
  hint: 'write each of them on a line of its own, below no anchor and outside of braces, and try again',
});

async function ignoreFile(context: Context): Promise<readonly PublicFile[]> {
  const path = '.gitignore';
  const now = await readFileOf(context, path);
  const text = now === null ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(now.bytes);
  const wanted = withIgnoreBlock(text, true);
  return wanted === text ? [] : [{ path, text: wanted, was: now?.bytes ?? null }];
}

async function isTracked({ root, env }: Context): Promise<boolean> {
  const tree = await openWorkTree(await findOnPath('git', env), root);
  return tree !== null && (await tree.tracked([CLUSTER_FILE])).length > 0;
}

const inHistory: Problem = {
  code: 'credentials-in-history',
  severity: 'warning',
  file: CLUSTER_FILE,
  message: 'git tracked cluster.yaml with its credentials: they stay in the history',
  hint: 'change every one of them where it is used, then set it anew: nigari secrets set NAME',
};

function report({ reporter, json, call }: Context, moved: readonly SecretKey[], problems: readonly Problem[]): void {
  if (json) reporter.result(JSON.stringify({ moved, file: SEALED_FILE, problems }, null, 2));
  reporter.problems(problems);
  for (const key of moved) reporter.line(`moved  ${key}  to ${SEALED_FILE}`, 'changed');
  if (moved.length === 0) reporter.line('cluster.yaml holds no credential in clear.', 'good');
  reporter.line(`cluster.yaml may be committed now. Look once at its vars, then:`);
  reporter.line(`  git add cluster.yaml ${moved.length > 0 ? `${SEALED_FILE} ` : ''}.gitignore`);
  reporter.line(
    `A credential is changed by \`${call} secrets set NAME\`, or by \`${call} secrets edit ${SEALED_FILE}\`.`,
  );
}
