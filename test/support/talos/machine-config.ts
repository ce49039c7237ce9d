/** A machine configuration, as far as the simulator has to understand one. */
import { parseAllDocuments } from 'yaml';
import { authorityFrom, type Authority } from '../certificate.ts';

export type Mapping = Readonly<Record<string, unknown>>;

export interface MachineConfig {
  /** As it was sent. */
  readonly text: string;
  /** The v1alpha1 document: `machine` and `cluster`. */
  readonly main: Mapping;
  /** The others: HostnameConfig, Layer2VIPConfig, … */
  readonly documents: readonly Mapping[];
}

/** @throws an error whose message says what is wrong, in the words of Talos where it has some */
export function readMachineConfig(text: string): MachineConfig {
  const parsed = parseAllDocuments(text);
  if (!Array.isArray(parsed)) throw new Error('yaml: document is empty');
  const broken = parsed.flatMap(({ errors }) => errors)[0];
  if (broken) throw new Error(`yaml: ${broken.message.split('\n')[0]}`);
  const all = parsed.map((document) => (document.toJS() ?? {}) as Mapping);
  const main = all.find((document) => 'machine' in document || 'cluster' in document);
  if (!main)
    throw new Error(
      "the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?",
    );
  return { text, main, documents: all.filter((document) => document !== main) };
}

/** What stands at `a.b.c`, or undefined. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((place, key) => (place as Mapping | null | undefined)?.[key], value);

export const textAt = (value: unknown, path: string): string => {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
};

const listAt = (value: unknown, path: string): readonly unknown[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
};

export const isController = ({ main }: MachineConfig): boolean => textAt(main, 'machine.type') !== 'worker';

const documentOf = ({ documents }: MachineConfig, kind: string): Mapping | undefined =>
  documents.find((document) => document['kind'] === kind);

/** Empty where Talos would make one up. */
export const hostnameOf = (config: MachineConfig): string =>
  textAt(documentOf(config, 'HostnameConfig'), 'hostname') || textAt(config.main, 'machine.network.hostname');

export const endpointOf = ({ main }: MachineConfig): URL => new URL(textAt(main, 'cluster.controlPlane.endpoint'));

/** The address that control planes share, where there is one. */
export function sharedAddressOf(config: MachineConfig): string {
  const interfaces = listAt(config.main, 'machine.network.interfaces');
  return (
    textAt(documentOf(config, 'Layer2VIPConfig'), 'name') ||
    (interfaces.map((one) => textAt(one, 'vip.ip')).find((ip) => ip !== '') ?? '')
  );
}

/** Whether pods get a network from Talos itself: without one, nodes never become ready by themselves. */
export const hasNetwork = ({ main }: MachineConfig): boolean => textAt(main, 'cluster.network.cni.name') !== 'none';

/** Names that certificates are for, beside the node's own. */
export const extraNames = (
  { main }: MachineConfig,
  path: 'machine.certSANs' | 'cluster.apiServer.certSANs',
): readonly string[] => listAt(main, path).map(String);

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString();

/** PEM of an authority's certificate. */
export const authorityCertificate = ({ main }: MachineConfig, path: 'machine.ca' | 'cluster.ca'): string =>
  decode(textAt(main, `${path}.crt`));

/** The authority itself; null where the configuration has no key, as on workers. */
export function authorityIn(config: MachineConfig, path: 'machine.ca' | 'cluster.ca'): Authority | null {
  const key = decode(textAt(config.main, `${path}.key`));
  return key === '' ? null : authorityFrom(authorityCertificate(config, path), key);
}

/** The tag of an image, without `v`; empty where it has none. */
export const tagOf = (image: string): string => /:v?([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? '';

/** Parts of the v1alpha1 document that take effect without a reboot, as in Talos v1.13: `CanApplyImmediate`. */
const IMMEDIATE = [
  'debug',
  'cluster',
  ...['ca', 'acceptedCAs', 'time', 'certSANs', 'install', 'network', 'sysfs', 'sysctls', 'logging', 'controlPlane'],
  ...['kubelet', 'kernel', 'registries', 'pods', 'seccompProfiles', 'nodeAnnotations', 'nodeLabels', 'nodeTaints'],
];
const IMMEDIATE_FEATURES = [
  'kubernetesTalosAPIAccess',
  'kubePrism',
  'hostDNS',
  'imageCache',
  'nodeAddressSortAlgorithm',
];

/** Whether a node that runs `from` can take `to` without a reboot. */
export const needsNoReboot = (from: MachineConfig, to: MachineConfig): boolean =>
  JSON.stringify(slow(from)) === JSON.stringify(slow(to));

function slow({ main }: MachineConfig): unknown {
  const without = (value: unknown, keys: readonly string[]): object =>
    Object.fromEntries(Object.entries((value ?? {}) as Mapping).filter(([key]) => !keys.includes(key)));
  const machine = without(main['machine'], IMMEDIATE) as Mapping;
  return {
    ...without(main, IMMEDIATE),
    machine: { ...machine, features: without(machine['features'], IMMEDIATE_FEATURES) },
  };
}
