/**
 * CPU types of Proxmox VE. What bpg/proxmox 0.112 takes (`cpu.type` of a VM); other names it refuses at `tofu validate`.
 * A model of the administrator's own is called `custom-<name>`.
 */

/** Below x86-64-v2, which asks for SSE4.2, SSSE3, POPCNT and CMPXCHG16B: Talos' kernel and programs do not run there. */
const BELOW_V2 = [
  ...['486', 'pentium', 'pentium2', 'pentium3', 'coreduo', 'core2duo', 'Conroe', 'Penryn'],
  ...['athlon', 'phenom', 'Opteron_G1', 'Opteron_G2', 'Opteron_G3'],
  ...['kvm32', 'kvm64', 'qemu32', 'qemu64'],
];

/** A family and its variants: `Nehalem`, `Nehalem-IBRS`. */
const family = (name: string, ...variants: readonly string[]): readonly string[] => [
  name,
  ...variants.map((variant) => `${name}-${variant}`),
];

const FROM_V2 = [
  ...['host', 'max', 'x86-64-v3', 'x86-64-v4', 'KnightsMill', 'SapphireRapids', 'Opteron_G4', 'Opteron_G5'],
  ...family('x86-64-v2', 'AES'),
  ...family('Nehalem', 'IBRS'),
  ...family('Westmere', 'IBRS'),
  ...family('SandyBridge', 'IBRS'),
  ...family('IvyBridge', 'IBRS'),
  ...family('Haswell', 'IBRS', 'noTSX', 'noTSX-IBRS'),
  ...family('Broadwell', 'IBRS', 'noTSX', 'noTSX-IBRS'),
  ...family('Skylake-Client', 'IBRS', 'noTSX-IBRS', 'v4'),
  ...family('Skylake-Server', 'IBRS', 'noTSX-IBRS', 'v4', 'v5'),
  ...family('Cascadelake-Server', 'noTSX', 'v2', 'v4', 'v5'),
  ...family('Cooperlake', 'v2'),
  ...family('Icelake-Client', 'noTSX'),
  ...family('Icelake-Server', 'noTSX', 'v3', 'v4', 'v5', 'v6'),
  ...family('EPYC', 'IBPB', 'v3', 'v4', 'Milan', 'Genoa'),
  ...family('EPYC-Rome', 'v2', 'v3', 'v4'),
];

export const CPU_TYPES: readonly string[] = [...BELOW_V2, ...FROM_V2];

export function isBelowV2(type: string): boolean {
  return BELOW_V2.includes(type);
}

export function isCpuType(type: string): boolean {
  return CPU_TYPES.includes(type) || /^custom-.+$/.test(type);
}
