/** All rules beyond the shape of single values. A new rule is a function and a row in its group, and the fixture that breaks it. */
import type { Problem } from '../problem.ts';
import type { Locate } from '../types.ts';
import { ADDRESS_RULES } from './rules/addresses.ts';
import { APPLICATION_RULES } from './rules/application-keys.ts';
import { CONTROLLER_RULES } from './rules/controllers.ts';
import { DISK_RULES } from './rules/disks.ts';
import { EXTENSION_RULES } from './rules/extensions.ts';
import { FIRMWARE_RULES } from './rules/firmware.ts';
import { HARDWARE_RULES } from './rules/hardware.ts';
import { IDENTITY_RULES } from './rules/identity.ts';
import { LABEL_RULES } from './rules/labels.ts';
import { LINK_RULES } from './rules/links.ts';
import { NETWORK_RULES } from './rules/networks.ts';
import { PATCH_RULES } from './rules/patches.ts';
import { PROVIDER_RULES } from './rules/providers.ts';
import { PROXMOX_RULES } from './rules/proxmox.ts';
import { nameOf, type Finding, type Rule, type RuleInput } from './rules/rule.ts';
import { SCHEMATIC_RULES } from './rules/schematics.ts';
import { SECRET_RULES } from './rules/secrets.ts';
import { STATE_RULES } from './rules/state.ts';
import { TEXT_RULES } from './rules/texts.ts';
import { VERSION_RULES } from './rules/versions.ts';

export const RULES: readonly Rule[] = [
  ...NETWORK_RULES,
  ...ADDRESS_RULES,
  ...IDENTITY_RULES,
  ...CONTROLLER_RULES,
  ...VERSION_RULES,
  ...SCHEMATIC_RULES,
  ...EXTENSION_RULES,
  ...HARDWARE_RULES,
  ...FIRMWARE_RULES,
  ...LINK_RULES,
  ...DISK_RULES,
  ...LABEL_RULES,
  ...PATCH_RULES,
  ...PROXMOX_RULES,
  ...STATE_RULES,
  ...TEXT_RULES,
  ...SECRET_RULES,
  ...PROVIDER_RULES,
  ...APPLICATION_RULES,
];

/** What the rules find, in their order. */
export function ruleProblems(input: RuleInput, locate: Locate): readonly Problem[] {
  return RULES.flatMap((rule) => [...rule.check(input)].map((finding) => toProblem(rule, finding, locate)));
}

function toProblem({ code, severity }: Rule, { path, message, hint }: Finding, locate: Locate): Problem {
  return { code, severity, message, hint, ...locate(path), path: nameOf(path) };
}
