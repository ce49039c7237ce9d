/** All rules beyond the shape of single values. A new rule is a function, a line here, and the fixture that breaks it. */
import type { Problem } from '../problem.ts';
import type { Locate } from '../types.ts';
import { formatPath } from './path.ts';
import { applicationKeysAreUnused } from './rules/application-keys.ts';
import { macAddressesAreUnique, nodeAddressesAreUnique, nodeNamesAreUnique, vmIdsAreUnique } from './rules/identity.ts';
import {
  apiUrlAndNodeAreWrittenTogether,
  bareMetalNodesSayTheirDiskMacAndSchematic,
  schematicsDifferInTheFileNamesOfTheirIsos,
} from './rules/proxmox.ts';
import type { Finding, Rule, RuleInput } from './rules/rule.ts';
import { secretsHoldNoNul, secretsSurviveSops, textsAndKeysAreUnicode } from './rules/texts.ts';

export const RULES: readonly Rule[] = [
  { code: 'duplicate-node-name', severity: 'error', check: nodeNamesAreUnique },
  { code: 'duplicate-node-address', severity: 'error', check: nodeAddressesAreUnique },
  { code: 'duplicate-mac-addr', severity: 'error', check: macAddressesAreUnique },
  { code: 'duplicate-vm-id', severity: 'error', check: vmIdsAreUnique },
  { code: 'proxmox-half-written', severity: 'error', check: apiUrlAndNodeAreWrittenTogether },
  { code: 'bare-metal-incomplete', severity: 'error', check: bareMetalNodesSayTheirDiskMacAndSchematic },
  { code: 'iso-name-clash', severity: 'error', check: schematicsDifferInTheFileNamesOfTheirIsos },
  { code: 'lone-surrogate', severity: 'error', check: textsAndKeysAreUnicode },
  { code: 'nul-in-secret', severity: 'error', check: secretsHoldNoNul },
  { code: 'secret-lost-by-sops', severity: 'error', check: secretsSurviveSops },
  { code: 'application-keys', severity: 'note', check: applicationKeysAreUnused },
];

/** What the rules find, in their order. */
export function ruleProblems(input: RuleInput, locate: Locate): readonly Problem[] {
  return RULES.flatMap((rule) => [...rule.check(input)].map((finding) => toProblem(rule, finding, locate)));
}

function toProblem({ code, severity }: Rule, { path, message, hint }: Finding, locate: Locate): Problem {
  const [, ...inside] = path;
  return { code, severity, message, hint, ...locate(path), path: formatPath(inside) };
}
