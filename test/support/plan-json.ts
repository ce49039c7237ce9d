/** Plans as `tofu show -json` prints them. Source: OpenTofu's documentation, "JSON Output Format". */

export function planJson(...resources: readonly object[]): string {
  return JSON.stringify({ format_version: '1.2', resource_changes: resources });
}

type Values = Readonly<Record<string, unknown>> | null;

/** @param more of the resource; @param change of its `change` */
export function vm(
  name: string,
  actions: readonly string[],
  before: Values,
  after: Values,
  more: object = {},
  change: object = {},
): object {
  const named = (values: Values): Values => values && { name, ...values };
  return {
    address: `proxmox_virtual_environment_vm.talos_node["${name}"]`,
    type: 'proxmox_virtual_environment_vm',
    index: name,
    ...more,
    change: { actions, before: named(before), after: named(after), ...change },
  };
}
