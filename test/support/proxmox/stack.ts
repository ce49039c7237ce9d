/** A folder of HCL, and what the real OpenTofu does with it on a simulated Proxmox VE. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tofuWith, type Plan } from '../tofu.ts';

/** What each folder starts with: the provider takes the rest from its environment. */
export const PROVIDER = `terraform {
  required_providers {
    proxmox = { source = "bpg/proxmox", version = "~> 0.112.0" }
  }
}
provider "proxmox" {}
`;

export interface Stack {
  readonly write: (file: string, text: string) => Promise<void>;
  readonly init: () => Promise<string>;
  readonly apply: () => Promise<string>;
  readonly destroy: () => Promise<string>;
  /** `action address` of all that a plan would do. */
  readonly plan: () => Promise<readonly string[]>;
}

/** @param env what the provider and the files need, such as {@link providerEnv} */
export function stackIn(folder: string, env: Readonly<Record<string, string>>): Stack {
  const run = (...args: readonly string[]): Promise<string> => tofuWith(env, folder, ...args);
  return {
    write: (file, text) => writeFile(join(folder, file), text),
    init: () => run('init', '-input=false', '-no-color'),
    apply: () => run('apply', '-auto-approve', '-input=false', '-no-color'),
    destroy: () => run('destroy', '-auto-approve', '-input=false', '-no-color'),
    plan: async () => {
      await run('plan', '-input=false', '-no-color', '-out=tfplan');
      return actions(JSON.parse(await run('show', '-json', 'tfplan')) as Plan);
    },
  };
}

const actions = ({ resource_changes: changes = [] }: Partial<Plan>): readonly string[] =>
  changes
    .map(({ address, change }) => `${change.actions.join('+')} ${address}`)
    .filter((line) => !/^(no-op|read) /.test(line));
