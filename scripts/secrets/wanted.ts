/** What a secret artifact is to become: its tree, settled and guarded, and the rule that it falls under. */
import { checked, hasErrors, refused, type Checked, type Problem } from '../problem.ts';
import type { Artifact, SourceFile } from '../types.ts';
import type { Identity } from './age/age.ts';
import { holdsAny, secretsLeftInClear, withoutSecretPath, type Holds } from './guards/clear.ts';
import { selectsOf } from './sops/encryption.ts';
import { exposures, reservedKeys } from './guards/exposures.ts';
import { losses } from './guards/losses.ts';
import { ruleFor, type Rule } from './rules/rules.ts';
import { settle } from './sops/settle.ts';
import type { Tree } from './tree/tree.ts';
import { readYaml } from './yaml/read.ts';

export interface Wanted {
  readonly path: string;
  /** As a sealed file can hold it. */
  readonly tree: Tree;
  readonly rule: Rule;
}

/** All that stands between an artifact and its sealing: no rule for it, or something that sops would lose or leave readable. */
export function wantedOf(
  artifact: Artifact,
  config: SourceFile | null,
  identities: readonly Identity[],
): Checked<Wanted> {
  const holds = holdsAny(artifact.secrets ?? []);
  const judged = judge(artifact, config, identities, holds);
  return { ...judged, problems: judged.problems.map((problem) => withoutSecretPath(problem, holds)) };
}

function judge(
  artifact: Artifact,
  config: SourceFile | null,
  identities: readonly Identity[],
  holds: Holds,
): Checked<Wanted> {
  const { path } = artifact;
  if (!/\.ya?ml$/.test(path)) return refused(notYaml(path));
  const reading = readYaml(artifact);
  const recipients = identities.map(({ recipient }) => recipient);
  const rule = ruleFor(path, config, recipients);
  if (!reading.ok || !rule.ok) return { ok: false, problems: [...reading.problems, ...rule.problems] };
  const { selector, indent } = rule.value;
  const selects = selectsOf(selector);
  const settled = settle(reading.value.tree, selector, selects, path);
  const problems = [
    ...reading.problems,
    ...rule.problems,
    ...reservedKeys(reading.value),
    ...losses(reading.value, indent),
    ...settled.problems,
    ...exposures(reading.value, selector, selects, path),
    ...(settled.ok ? secretsLeftInClear(settled.value, selects, holds, path) : []),
  ];
  if (!settled.ok || hasErrors(problems)) return { ok: false, problems };
  return checked({ path, tree: settled.value, rule: rule.value }, problems);
}

function notYaml(path: string): Problem {
  const message = `${path} is secret, but only YAML can be sealed`;
  return { code: 'seal-needs-yaml', severity: 'error', message, hint: 'name it *.sops.yaml', file: path };
}
