/** A simulated Proxmox VE whose virtual machines run Talos: what is started there waits here in maintenance mode. */
import type { ProxmoxOptions } from '../proxmox/seeds.ts';
import { startProxmox, type GuestView, type Simulator as Proxmox } from '../proxmox/simulator.ts';
import { startTalos, type NodeSeed, type Simulator as Talos, type TalosOptions } from './simulator.ts';

export interface Machines {
  readonly proxmox: Proxmox;
  readonly talos: Talos;
  readonly close: () => Promise<void>;
}

/** @param leases addresses by MAC (lower case), for machines that have none from a cloud-init drive */
export async function startMachines(
  options: ProxmoxOptions = {},
  talosOptions: TalosOptions = {},
  leases: Readonly<Record<string, string>> = {},
): Promise<Machines> {
  const talos = await startTalos(talosOptions);
  const known = new Map<number, GuestView>();
  // Whoever starts a machine asks afterwards what became of it: nothing happens that no call is followed by.
  const proxmox: Proxmox = await startProxmox(options, () => follow(talos, known, proxmox.guests(), leases));
  return {
    proxmox,
    talos,
    close: async () => {
      await proxmox.close();
      await talos.close();
    },
  };
}

function follow(
  talos: Talos,
  known: Map<number, GuestView>,
  guests: readonly GuestView[],
  leases: Readonly<Record<string, string>>,
): void {
  for (const [vmid, { name }] of known) {
    if (guests.some((guest) => guest.vmid === vmid)) continue;
    talos.remove(name);
    known.delete(vmid);
  }
  for (const guest of guests) {
    const before = known.get(guest.vmid);
    if (before?.status === guest.status) continue;
    const seed = seedOf(guest, leases);
    if (seed === null || (!before && guest.status === 'stopped')) continue;
    known.set(guest.vmid, guest);
    if (before) talos.power(guest.name, guest.status === 'running' ? 'on' : 'off');
    else talos.add(seed);
  }
}

const GIB = 2 ** 30;

/** What the settings of a virtual machine say of the computer that Talos sees. Null for what is none of ours. */
function seedOf({ kind, name, config }: GuestView, leases: Readonly<Record<string, string>>): NodeSeed | null {
  const said = (key: string, pattern: RegExp): string | undefined => pattern.exec(String(config[key] ?? ''))?.[1];
  const mac = said('net0', /=((?:[\da-f]{2}:){5}[\da-f]{2})/i)?.toLowerCase() ?? '';
  const address = said('ipconfig0', /(?:^|,)ip=([\d.]+)/) ?? leases[mac];
  if (kind !== 'qemu' || address === undefined) return null;
  const size = Number(said('scsi0', /size=(\d+)G/) ?? 0) * GIB;
  const version = said('ide2', /v(\d+\.\d+\.\d+)/);
  return {
    name,
    address,
    mac,
    disks: [{ path: '/dev/sda', size, serial: 'drive-scsi0' }],
    ...(version ? { version } : {}),
  };
}
