/**
 * Schematics whose content is known without asking the Image Factory, and what is not in an image unless a schematic
 * puts it there.
 *
 * An id is the SHA-256 of the schematic's YAML. Each of these was computed from it, and is stated in a public place:
 * the documentation of Talos and Longhorn, and the tests of image-factory and talhelper.
 */

/** System extensions without `siderolabs/`, by schematic id. */
export const SCHEMATIC_EXTENSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba', []],
  ['ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515', ['qemu-guest-agent']],
  ['613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245', ['iscsi-tools', 'util-linux-tools']],
  [
    '88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b',
    ['iscsi-tools', 'qemu-guest-agent', 'util-linux-tools'],
  ],
  ['98442b5bb4e8d050f30978ce3e6ec22e7bf534d57cafcd51313235128057e612', ['drbd', 'zfs']],
  // With kernel arguments, meta values, an overlay or settings of the image; none of these adds an extension.
  ['104c23dfe7c5bfeff6a4cc7e166d8b3bba0f371760592c7677c90c822bb1d109', ['tailscale']],
  ['9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c', []],
  ['d308a2a5ee2277bed5fbaa104fcbc8d59122abfa737df987a95b4ca763459a7f', []],
  ['fa8e05f142a851d3ee568eb0a8e5841eaf6b0ebc8df9a63df16ac5ed2c04f3e6', []],
  ['92833e9ddd9bb9e11b2464fa5525429f01866306d52ebd882ee08d7918f6d1ea', []],
  ['ee21ef4a5ef808a9b7484cc0dda0f25075021691c8c09a276591eedb638ea1f9', []],
]);

export const GUEST_AGENT = 'qemu-guest-agent';

/**
 * What is in the name of the extension that a kernel module comes with, for modules that Talos' own kernel does not
 * have. Source: the catalogue of github.com/siderolabs/extensions; NVIDIA has several, by licence and age of the driver.
 */
export const MODULE_EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['drbd', 'drbd'],
  ['drbd_transport_tcp', 'drbd'],
  ['zfs', 'zfs'],
  ['btrfs', 'btrfs'],
  ['gasket', 'gasket-driver'],
  ['apex', 'gasket-driver'],
  ['nvidia', 'nvidia'],
  ['nvidia_drm', 'nvidia'],
  ['nvidia_modeset', 'nvidia'],
  ['nvidia_uvm', 'nvidia'],
]);
