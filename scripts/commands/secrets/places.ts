/** Where a secret is looked for by name: the sealed files, each as a provider. */
import { formatPath, quoted } from '../../config/path.ts';
import { SEALED_FILE } from '../../config/sealed-input.ts';
import { secret } from '../../config/secret.ts';
import { suggestion } from '../../config/suggest.ts';
import { checked, Exit, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { shownText } from '../../secrets/amend.ts';
import { findLeaf, namedLeaves, namesBelow } from '../../secrets/sops/names.ts';
import type { SecretProvider } from '../../secrets/provider.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import type { SourceFile } from '../../types.ts';
import type { Context } from '../context.ts';
import { openFile, readFileOf } from '../sealed-files.ts';
import { SECRETS_FILE } from '../init/survey.ts';
import { chosenFiles } from './files.ts';
import { ownPlace } from './own-place.ts';

/**
 * The places that there are, in the order in which a name is looked for: inputs before what is generated from them, and
 * last what has to be asked for each name. The file alone where one is named.
 * @throws Refusal 2 when that is not there
 */
export async function placesOf(context: Context, named: string | null): Promise<readonly SecretProvider[]> {
  if (named !== null) return (await chosenFiles(context, [named])).map((file) => sealedPlace(context, file));
  const own = await ownPlace(context);
  const order = [SEALED_FILE, ...('file' in own ? [own.file] : []), SECRETS_FILE];
  const files = await Promise.all(order.map(async (path) => readFileOf(context, path)));
  const sealed = files.flatMap((file) => (file === null ? [] : [sealedPlace(context, file)]));
  return 'provider' in own ? [...sealed, own.provider] : sealed;
}

/** A sealed file: names are read without a key, and it is opened only for a value that it has. */
function sealedPlace(context: Context, file: SourceFile): SecretProvider {
  return {
    describe: () => file.path,
    list: async () => {
      const sealed = readSealed(file);
      return sealed.ok ? checked(namedLeaves(sealed.value.tree).map(({ name }) => name)) : sealed;
    },
    get: async (name) => {
      const sealed = readSealed(file);
      if (!sealed.ok) return sealed;
      if (findLeaf(sealed.value.tree, name) === null)
        return missing(name, file.path, namesBelow(sealed.value.tree, name));
      const found = findLeaf((await openFile(context, file)).tree, name);
      return found === null ? missing(name, file.path, []) : checked(secret(shownText(found.leaf)));
    },
  };
}

function missing(name: string, path: string, below: readonly string[]): Checked<never> {
  const message = `${path} has no secret ${quoted(name)}`;
  const hint = below.length === 0 ? LIST : `below it are ${below.slice(0, 5).join(', ')}`;
  return refused({ code: 'secret-missing', severity: 'error', message, hint });
}

const LIST = '`nigari secrets list` names what there is';

/** That a place does not know a name, or no such name. */
const NOT_HERE = new Set(['secret-missing', 'secret-name-malformed']);

/** A value and where it was found. @throws Refusal 2 when no place has the name, or the one that has it does not open */
export async function findSecret(places: readonly SecretProvider[], name: string) {
  const problems: Problem[] = [];
  for (const place of places) {
    const found = await place.get(name);
    if (found.ok) return { value: found.value, place: place.describe() };
    if (found.problems.some(({ code }) => !NOT_HERE.has(code))) throw new Refusal(found.problems, Exit.refusedInput);
    problems.push(...found.problems);
  }
  throw new Refusal([await nowhere(places, name, problems)], Exit.refusedInput);
}

async function nowhere(places: readonly SecretProvider[], name: string, found: readonly Problem[]): Promise<Problem> {
  const where = places.map((place) => place.describe()).join(', ');
  const message = where === '' ? 'there is no sealed file yet' : `there is no secret ${quoted(name)} in ${where}`;
  const lists = await Promise.all(places.map((place) => place.list()));
  const known = lists.flatMap((list) => (list.ok ? list.value : []));
  const near = suggestion(name, known);
  const below = found.find(({ hint }) => hint !== LIST)?.hint;
  const first = where === '' ? `\`nigari secrets set ${formatPath([name])}\` makes one` : LIST;
  const hint = below ?? (near === null ? first : `did you mean ${near}?`);
  return { code: 'secret-missing', severity: 'error', message, hint };
}
