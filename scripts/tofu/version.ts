/**
 * Is this tofu one that can run what we generate? OpenTofu 1.12 was seen to ignore `required_version` in `.tf` files,
 * so we look ourselves.
 */
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/** What `versions.tf` asks for: ephemeral variables came with 1.11; 2.0 may change the language. */
const TOFU_VERSIONS = '>= 1.11.0, < 2.0.0';

/**
 * @param output of `tofu version -json`; warnings around the JSON are passed over
 * @returns the version (`1.12.6`), or `tofu-is-terraform`, `tofu-too-old`, `tofu-too-new`, `tofu-version-unreadable`
 */
export function checkVersion(output: string): Checked<string> {
  const found = /"terraform_version":\s*"((\d+)\.(\d+)\.[^"]*)"/.exec(output);
  if (found === null) return refused(unreadable);
  // Only HashiCorp's program asks its maker whether it is out of date, and says so.
  if (/"terraform_outdated"/.test(output)) return refused(isTerraform);
  const [, version = '', major, minor] = found;
  if (Number(major) >= 2) return refused(problem('tofu-too-new', version));
  if (Number(major) < 1 || Number(minor) < 11) return refused(problem('tofu-too-old', version));
  return checked(version);
}

/** Whether a problem of looking for tofu goes away with another one: the next step says how to get it. */
export const wantsAnotherTofu = ({ code }: Problem): boolean => /^tofu-(missing|too-|is-|version-)/.test(code);

const problem = (code: 'tofu-too-old' | 'tofu-too-new', version: string): Problem => ({
  code,
  severity: 'error',
  message: `this is OpenTofu ${version}; nigari's files want ${TOFU_VERSIONS}`,
  hint: 'install such a version: `nigari doctor` says how on this system',
});

const isTerraform: Problem = {
  code: 'tofu-is-terraform',
  severity: 'error',
  message:
    'the program called tofu is HashiCorp Terraform: it has no state encryption and reads other state servers’ answers otherwise',
  hint: 'install OpenTofu and put it first on PATH: `nigari doctor` says how on this system',
};

const unreadable: Problem = {
  code: 'tofu-version-unreadable',
  severity: 'error',
  message: '`tofu version -json` did not tell a version',
  hint: 'run it by hand: is it OpenTofu?',
};
