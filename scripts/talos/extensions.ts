/**
 * The official system extensions of Talos, by what is known of them without asking the Image Factory.
 *
 * Source: github.com/siderolabs/extensions. Which release of Talos has which: as `talos-extensions.json` of talhelper
 * v3.1.16 (6 August 2026) lists it, for 1.9 to 1.13.8 and 1.14.0-beta.1; what came later, and what an extension needs or
 * brings: that repository's README, as of September 2026.
 */

/** What all of their names begin with at the factory. */
const PUBLISHER = 'siderolabs/';

/** The minor of the first Talos 1.x that has them; 9 is the oldest that nigari knows. None of these has gone since. */
const FIRST_IN: readonly (readonly [minor: number, names: string])[] = [
  [
    9,
    'amd-ucode amdgpu binfmt-misc bnx2-bnx2x btrfs chelsio-drivers chelsio-firmware cloudflared ' +
      'crun drbd dvb-cx23885 ecr-credential-provider fuse3 gasket-driver glibc gvisor gvisor-debug ' +
      'hello-world-service i915 intel-ice-firmware intel-ucode iscsi-tools kata-containers lldpd ' +
      'mdadm mei metal-agent nonfree-kmod-nvidia-lts nonfree-kmod-nvidia-production nut-client ' +
      'nvidia-container-toolkit-lts nvidia-container-toolkit-production nvidia-fabricmanager-lts ' +
      'nvidia-fabricmanager-production nvidia-open-gpu-kernel-modules-lts ' +
      'nvidia-open-gpu-kernel-modules-production qemu-guest-agent qlogic-firmware realtek-firmware ' +
      'spin stargz-snapshotter tailscale thunderbolt uinput usb-modem-drivers util-linux-tools ' +
      'v4l-uvc-drivers vmtoolsd-guest-agent wasmedge xen-guest-agent zfs',
  ],
  [10, 'amazon-ena ctr nebula nfsd nvme-cli panfrost revpi-firmware vc4 xdma-driver youki zerotier'],
  [11, 'dvb-m88ds3103 hailort newt nfsrahead tenstorrent'],
  [
    12,
    'bird2 gpio-pinctrl mellanox-mstflint multipath-tools netbird nfs-utils nvidia-gdrdrv-device ' +
      'soci-snapshotter trident-iscsi-tools usb-audio-drivers xe',
  ],
  [13, 'intel-npu joydev px-fuse rockchip-rknn uhid'],
  [
    14,
    'cachefilesd dvb-pt3 harbor-credential-provider hyperv-guest-agent intel-hd-audio ' +
      'kata-containers-nvidia-gpu-snp kata-containers-snp libvirtd nfs-server urunc',
  ],
];

/** Other names that they have had, which the factory may still take. Source: siderolabs/image-factory, `internal/profile`. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  'amdgpu-firmware': 'amdgpu',
  gasket: 'gasket-driver',
  'i915-ucode': 'i915',
  'nonfree-kmod-nvidia': 'nonfree-kmod-nvidia-lts',
  'nvidia-container-toolkit': 'nvidia-container-toolkit-lts',
  'nvidia-fabricmanager': 'nvidia-fabricmanager-lts',
  'nvidia-open-gpu-kernel-modules': 'nvidia-open-gpu-kernel-modules-lts',
  'talos-vmtoolsd': 'vmtoolsd-guest-agent',
  'usb-modem': 'usb-modem-drivers',
  'v4l-uvc': 'v4l-uvc-drivers',
  'xe-guest-utilities': 'xen-guest-agent',
};

const NVIDIA_MODULES = [
  'nvidia-open-gpu-kernel-modules-lts',
  'nvidia-open-gpu-kernel-modules-production',
  'nonfree-kmod-nvidia-lts',
  'nonfree-kmod-nvidia-production',
];

/** Extensions of which a kernel module needs one: it comes with them, or is nothing without their programs. */
const OF_MODULES: Readonly<Record<string, readonly string[]>> = {
  amdgpu: ['amdgpu'],
  apex: ['gasket-driver'],
  binfmt_misc: ['binfmt-misc'],
  btrfs: ['btrfs'],
  cachefiles: ['cachefilesd'],
  dm_multipath: ['multipath-tools'],
  drbd: ['drbd'],
  drbd_transport_tcp: ['drbd'],
  gasket: ['gasket-driver'],
  gdrdrv: ['nvidia-gdrdrv-device'],
  i915: ['i915'],
  iscsi_tcp: ['iscsi-tools'],
  joydev: ['joydev'],
  mei: ['mei'],
  nfsd: ['nfsd'],
  nvidia: NVIDIA_MODULES,
  nvidia_drm: NVIDIA_MODULES,
  nvidia_modeset: NVIDIA_MODULES,
  nvidia_uvm: NVIDIA_MODULES,
  pinctrl_broxton: ['gpio-pinctrl'],
  pinctrl_intel: ['gpio-pinctrl'],
  thunderbolt: ['thunderbolt'],
  uhid: ['uhid'],
  uinput: ['uinput'],
  xe: ['xe'],
  zfs: ['zfs'],
};

/** Extensions that do nothing without others. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'dvb-m88ds3103': ['dvb-cx23885'],
  'gvisor-debug': ['gvisor'],
  'kata-containers-snp': ['kata-containers'],
  'kata-containers-nvidia-gpu-snp': ['kata-containers', 'kata-containers-snp'],
  'nfs-server': ['nfsd', 'nfs-utils'],
};

/** Asked for by `proxmox_vm_advanced.qemu_agent`. */
export const GUEST_AGENT = `${PUBLISHER}qemu-guest-agent`;

/** By the name that the factory has for it: the minor of the first Talos 1.x that has it. */
export const EXTENSIONS: ReadonlyMap<string, number> = new Map(
  FIRST_IN.flatMap(([minor, names]) => names.split(' ').map((name) => [PUBLISHER + name, minor] as const)),
);

/** The name that an extension has now; null for one that is not known by another. */
export const successorOf = (extension: string): string | null =>
  listed(SUCCESSORS, bare(extension)).map(full)[0] ?? null;

/** Of which a kernel module needs one; empty where Talos' own kernel has it, or it is not known. */
export const extensionsForModule = (module: string): readonly string[] =>
  listed(OF_MODULES, module.replaceAll('-', '_')).map(full);

/** What an extension does nothing without. */
export const neededBy = (extension: string): readonly string[] => listed(NEEDS, bare(extension)).map(full);

const full = (name: string): string => PUBLISHER + name;
const bare = (extension: string): string => extension.replace(PUBLISHER, '');

function listed(table: Readonly<Record<string, string | readonly string[]>>, key: string): readonly string[] {
  return Object.hasOwn(table, key) ? [table[key] ?? []].flat() : [];
}
