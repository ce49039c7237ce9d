/** `nigari proxmox setup`: the commands by which Proxmox VE gets a user with just the rights that the project needs. */
import { derive } from '../config/derive.ts';
import { validate } from '../config/validate.ts';
import { Exit, must, Refusal, type Problem } from '../problem.ts';
import type { Places } from '../proxmox/privileges.ts';
import { setupSteps, type SetupNames, type SetupStep } from '../proxmox/setup.ts';
import { loadInputs } from '../system/inputs.ts';
import type { CommandResult, Context } from './context.ts';

/** Before anything is rendered: without a token nobody gets that far. @throws Refusal 2 for the inputs or a name */
export async function proxmoxSetup(context: Context, names: SetupNames): CommandResult {
  refuseNames(names);
  const { cluster } = derive(must(validate(await loadInputs(context.root)), Exit.refusedInput)).model;
  const places = {
    isoStorage: cluster.proxmox_iso_storage,
    diskStorage: cluster.proxmox_disk_storage,
    bridge: cluster.proxmox_vm_advanced.network_bridge,
  };
  const steps = setupSteps(places, names);
  context.reporter.result(
    context.json ? JSON.stringify({ ...names, places, steps }, null, 2) : scriptText(places, steps, names),
  );
  return Exit.done;
}

/** Forms that Proxmox VE takes: `user@realm`; names of tokens and roles begin with a letter. */
const FORMS: Readonly<Record<keyof SetupNames, RegExp>> = {
  user: /^[^\s:/@]+@[A-Za-z][\w.-]+$/,
  token: /^[A-Za-z][\w.-]+$/,
  role: /^[A-Za-z][\w.-]*$/,
};

function refuseNames(names: SetupNames): void {
  const bad = (Object.keys(FORMS) as (keyof SetupNames)[]).filter((key) => !FORMS[key].test(names[key]));
  if (bad.length > 0)
    throw new Refusal(
      bad.map((key) => malformed(key, names[key])),
      Exit.refusedInput,
    );
}

const malformed = (key: keyof SetupNames, name: string): Problem => ({
  code: 'proxmox-name-malformed',
  severity: 'error',
  message: `Proxmox VE takes no ${key} called ${JSON.stringify(name)}`,
  hint:
    key === 'user'
      ? 'a user is name@realm, as nigari@pve'
      : 'it begins with a letter, and has letters, digits, . _ and - after it',
});

function scriptText(
  { isoStorage, diskStorage, bridge }: Places,
  steps: readonly SetupStep[],
  { user, token }: SetupNames,
): string {
  const head = `# For Proxmox VE 8 and 9, as root on one of its hosts. Images go to ${isoStorage}, disks to ${diskStorage}, machines to ${bridge}.`;
  const parts = steps.map(({ why, commands }) => [`# ${why}`, ...commands].join('\n'));
  const tail = [
    '# Then, in cluster.yaml:',
    `#   proxmox_api_token_id: ${user}!${token}`,
    '#   proxmox_api_token_secret: the "value" of the last command',
  ];
  return [head, ...parts, tail.join('\n')].join('\n\n');
}
