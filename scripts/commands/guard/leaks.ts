/** Secrets in clear in what git is to take, or has: what `guard` refuses and `doctor` tells. */
import { secret } from '../../config/secret.ts';
import { Exit, must, type Checked, type Problem } from '../../problem.ts';
import { clearTexts, type ClearTexts } from '../../secrets/leaks/credentials.ts';
import { sealedSecrets } from '../../secrets/leaks/known.ts';
import type { Knowledge } from '../../secrets/leaks/knowledge.ts';
import { leakFinder } from '../../secrets/leaks/leaks.ts';
import type { KnownSecret } from '../../secrets/leaks/needles.ts';
import type { Identity } from '../../secrets/age/age.ts';
import { age } from '../../system/age.ts';
import { readAsset } from '../../system/assets.ts';
import type { Blob, Repository, Which } from '../../system/git-blobs.ts';
import { loadInputs } from '../../system/inputs.ts';
import type { SourceFile } from '../../types.ts';
import type { Context } from '../context.ts';
import { chosenFiles } from '../secrets/files.ts';

export interface Leaks {
  /** How many files were looked at. */
  readonly files: number;
  /** One for each place, without hints. */
  readonly problems: readonly Problem[];
  /** Sealed files that no key here opens: what they hold was not looked for. */
  readonly closed: readonly string[];
}

/** `-nigari-guard` in `.gitattributes` says that a file is a fixture of tests: it may look like a secret. */
const ATTRIBUTE = 'nigari-guard';

/**
 * @param identities that may open sealed files, so that their values can be looked for
 * @throws Refusal 2 when git does not answer, or does not know the range
 */
export async function findLeaks(
  context: Context,
  repository: Repository,
  which: Which,
  identities: readonly Identity[],
): Promise<Leaks> {
  const blobs = must(await repository.blobs(which), Exit.refusedInput);
  const fixtures = must(await repository.without(ATTRIBUTE, blobs), Exit.refusedInput);
  const { knowledge, closed } = await known(context, identities);
  const find = leakFinder(knowledge);
  let problems: readonly Problem[] = [];
  // By concatenation: there may be more of them than a call takes arguments.
  const collect = (found: readonly Problem[]): void => void (problems = problems.concat(found));
  const sinkFor = ({ path }: Blob) => {
    const { feed, end } = find({ path, isFixture: fixtures.has(path) });
    return {
      piece: feed,
      end: () => collect(end()),
      missing: () => collect([missing(path)]),
    };
  };
  must(await repository.read(blobs, sinkFor), Exit.refusedInput);
  return { files: blobs.length, problems, closed };
}

/** A partial clone away from its server, or a damaged one. */
const missing = (file: string): Problem => ({
  code: 'blob-missing',
  severity: 'error',
  message: 'git does not have what this file holds, so nobody can tell whether it is a secret',
  hint: 'fetch it: git fetch --refetch',
  file,
});

/** What can be known without asking anybody: the inputs as they lie here, and the sealed files that open. */
async function known(
  context: Context,
  identities: readonly Identity[],
): Promise<{ readonly knowledge: Knowledge; readonly closed: readonly string[] }> {
  const { cluster, nodes } = await loadInputs(context.root);
  const [written, example] = [clearTextsIn(cluster), await exampleTexts()];
  const { secrets, closed } = await inSealedFiles(context, identities);
  const literal = written.credentials.map(({ key, text }): KnownSecret => ({ name: key, value: secret(text) }));
  const open = [...written.open, ...clearTextsIn(nodes).open, ...example];
  const files = new Map(written.files);
  return { knowledge: { secrets: [...literal, ...secrets], open: new Set(open), files }, closed };
}

function clearTextsIn(file: Checked<SourceFile>): ClearTexts {
  return file.ok ? clearTexts(file.value) : { credentials: [], open: [], files: [] };
}

/** Whoever has not changed what `init` wrote has no secret. */
async function exampleTexts(): Promise<readonly string[]> {
  const path = 'cluster.yaml.example';
  const { credentials, open } = clearTexts({ path, bytes: Buffer.from(await readAsset(path)) });
  return [...credentials.map(({ text }) => text), ...open];
}

async function inSealedFiles(
  context: Context,
  identities: readonly Identity[],
): Promise<{ readonly secrets: readonly KnownSecret[]; readonly closed: readonly string[] }> {
  const keys = identities.map(({ source, text }): KnownSecret => ({ name: `the key in ${source}`, value: text }));
  const files = await chosenFiles(context, []);
  const opened = await Promise.all(
    files.map(async (file) => [file, await sealedSecrets(file, { identities, age })] as const),
  );
  const secrets = opened.flatMap(([, result]) => (result.ok && result.value !== null ? result.value : []));
  const closed = opened.flatMap(([{ path }, result]) => (result.ok && result.value === null ? [path] : []));
  return { secrets: [...keys, ...secrets], closed };
}
