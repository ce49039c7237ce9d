/**
 * What the API token must be allowed to do, for all that nigari's templates make OpenTofu ask. It is the same for Proxmox VE 8
 * and 9. Source: the permissions that https://pve.proxmox.com/pve-docs/api-viewer/ names for each call that bpg/proxmox 0.112.0
 * makes for the resources of `templates/kinds/talos-vms`.
 */

/** Where a privilege is needed. */
export type Place = 'machines' | 'images' | 'disks' | 'network' | 'host';

/** What the paths are made of. */
export interface Places {
  readonly isoStorage: string;
  readonly diskStorage: string;
  readonly bridge: string;
}

/** The object in Proxmox' tree of permissions. */
export const pathOf: Readonly<Record<Place, (places: Places) => string>> = {
  machines: () => '/vms',
  images: ({ isoStorage }) => `/storage/${isoStorage}`,
  disks: ({ diskStorage }) => `/storage/${diskStorage}`,
  network: ({ bridge }) => `/sdn/zones/localnetwork/${bridge}`,
  host: () => '/',
};

/** Privileges by place, and what each is for. */
export const NEEDED: Readonly<Record<Place, Readonly<Record<string, string>>>> = {
  machines: {
    'VM.Allocate': 'make and destroy machines',
    'VM.Audit': 'see them',
    'VM.PowerMgmt': 'start and stop them',
    'VM.Config.CDROM': 'put the Talos image into their drive',
    'VM.Config.CPU': 'set cores and sockets',
    'VM.Config.Cloudinit': 'give them their first address',
    'VM.Config.Disk': 'make and grow disks',
    'VM.Config.HWType': 'set firmware, machine type and controller',
    'VM.Config.Memory': 'set memory',
    'VM.Config.Network': 'set the network card',
    'VM.Config.Options': 'set name, tags and boot order',
  },
  images: {
    'Datastore.AllocateTemplate': 'download images',
    'Datastore.Audit': 'see what is there',
    'Datastore.Allocate': 'remove images',
  },
  disks: { 'Datastore.AllocateSpace': 'make disks, and see what is there' },
  network: { 'SDN.Use': 'connect machines to the bridge' },
  host: { 'Sys.Audit': 'ask for an image before it is downloaded', 'Sys.Modify': 'the same, and the order of start' },
};

export const PLACES = Object.keys(NEEDED) as Place[];

/** What a token lacks. */
export interface Lack {
  readonly place: Place;
  readonly path: string;
  readonly privileges: readonly string[];
}

/** @param granted privileges that the token has at a path */
export function lacks(places: Places, granted: (path: string) => ReadonlySet<string>): readonly Lack[] {
  return PLACES.map((place) => {
    const path = pathOf[place](places);
    const has = granted(path);
    return { place, path, privileges: Object.keys(NEEDED[place]).filter((privilege) => !has.has(privilege)) };
  }).filter(({ privileges }) => privileges.length > 0);
}
