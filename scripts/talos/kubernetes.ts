/** The Kubernetes API, as far as it tells how a cluster is. Source: https://kubernetes.io/docs/reference/using-api/ */
import { parse } from 'yaml';
import { isMapping, type Mapping } from '../config/mapping.ts';
import { secret, type Secret } from '../config/secret.ts';

/** Where the API is, and who asks. PEM. */
export interface KubernetesAccess {
  readonly server: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: Secret;
}

/** @param kubeconfig as `talosctl kubeconfig -` prints it: one cluster, one user @returns null for anything else */
export function kubernetesAccess(kubeconfig: string): KubernetesAccess | null {
  const config: unknown = parse(kubeconfig);
  if (!isMapping(config)) return null;
  const cluster = entryOf(config['clusters'], 'cluster');
  const user = entryOf(config['users'], 'user');
  const server = cluster?.['server'];
  const ca = fromBase64(cluster?.['certificate-authority-data']);
  const certificate = fromBase64(user?.['client-certificate-data']);
  const key = fromBase64(user?.['client-key-data']);
  if (typeof server !== 'string' || ca === null || certificate === null || key === null) return null;
  return { server, ca, certificate, key: secret(key) };
}

function entryOf(list: unknown, key: string): Mapping | null {
  const [first] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  const entry = isMapping(first) ? first[key] : null;
  return isMapping(entry) ? entry : null;
}

const fromBase64 = (value: unknown): string | null =>
  typeof value === 'string' ? Buffer.from(value, 'base64').toString() : null;

/** A node as Kubernetes knows it. */
export interface KubernetesNode {
  readonly name: string;
  readonly isReady: boolean;
  /** Takes no new pods. */
  readonly isCordoned: boolean;
  /** Of its kubelet: `v1.36.0`. */
  readonly version: string;
}

/** @param body of `GET /api/v1/nodes` */
export function kubernetesNodes(body: string): readonly KubernetesNode[] {
  const { items = [] } = JSON.parse(body) as NodeList;
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    isCordoned: spec?.unschedulable === true,
    version: status?.nodeInfo?.kubeletVersion ?? '',
  }));
}

interface NodeList {
  readonly items?: readonly {
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly unschedulable?: boolean };
    readonly status?: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      readonly nodeInfo?: { readonly kubeletVersion?: string };
    };
  }[];
}
