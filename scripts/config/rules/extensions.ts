/** The system extensions of schematics, against the catalogue of official ones. */
import { EXTENSIONS, neededBy, successorOf } from '../../talos/extensions.ts';
import { suggestion } from '../suggest.ts';
import { kubernetesOf } from '../talos-versions.ts';
import { writtenSchematics } from './node-schematic.ts';
import { CLUSTER_FILE, clusterValue, type Finding, type Rule, type RuleInput, WARNING } from './rule.ts';
import type { InputPath } from '../../types.ts';

const INSIDE = ['customization', 'systemExtensions', 'officialExtensions'] as const;

interface WrittenExtension {
  readonly path: InputPath;
  readonly name: string;
  /** All of the same schematic. */
  readonly among: readonly (string | undefined)[];
}

function writtenExtensions(input: RuleInput): readonly WrittenExtension[] {
  return writtenSchematics(input).flatMap(({ path, content }) => {
    const among = content.customization?.systemExtensions?.officialExtensions ?? [];
    return among.flatMap((name, at) =>
      name === undefined ? [] : [{ path: [...path, ...INSIDE, at] satisfies InputPath, name, among }],
    );
  });
}

function* extensionsAreOfficialOnes(input: RuleInput): Generator<Finding> {
  for (const { path, name } of writtenExtensions(input)) {
    if (EXTENSIONS.has(name)) continue;
    const near = successorOf(name) ?? suggestion(name, [...EXTENSIONS.keys()]);
    yield {
      path,
      message: `${name} is not an official extension that nigari knows`,
      hint: near === null ? 'factory.talos.dev lists those of each Talos' : `did you mean ${near}?`,
    };
  }
}

function* theTalosHasTheExtensions(input: RuleInput): Generator<Finding> {
  const talos = clusterValue(input, 'talos_version');
  if (talos === null || kubernetesOf(talos.value) === null) return;
  const minor = Number(talos.value.split('.')[1]);
  const from = talos.path === null ? 'which is the default' : `at ${input.place([CLUSTER_FILE, 'talos_version'])}`;
  for (const { path, name } of writtenExtensions(input)) {
    const first = EXTENSIONS.get(name);
    if (first === undefined || first <= minor) continue;
    yield {
      path,
      message: `Talos ${talos.value}, ${from}, has no ${name}`,
      hint: `remove it, or use Talos 1.${first} or newer`,
    };
  }
}

function* extensionsHaveThoseThatTheyNeed(input: RuleInput): Generator<Finding> {
  for (const { path, name, among } of writtenExtensions(input)) {
    const missing = neededBy(name).filter((needed) => !among.includes(needed));
    if (missing.length === 0) continue;
    yield {
      path,
      message: `${name} does nothing without ${missing.join(' and ')}`,
      hint: `add ${missing.join(' and ')}`,
    };
  }
}

export const EXTENSION_RULES: readonly Rule[] = [
  {
    code: 'extension-unknown',
    ...WARNING,
    why: 'The Image Factory makes no image with an extension that it does not have.',
    check: extensionsAreOfficialOnes,
  },
  {
    code: 'extension-not-in-talos',
    ...WARNING,
    why: 'Each release of Talos has its own extensions: the Image Factory makes no image with one that came later.',
    check: theTalosHasTheExtensions,
  },
  {
    code: 'extension-incomplete',
    ...WARNING,
    why: 'It is in the image, and what it belongs to is not.',
    check: extensionsHaveThoseThatTheyNeed,
  },
];
