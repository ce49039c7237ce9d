/** The kubeconfig of an administrator, as a node hands it out: a gzipped tar with one file. */
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { issue } from '../../certificate.ts';
import { authorityIn, endpointOf, textAt, type MachineConfig } from '../machine-config.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

function kubeconfig(config: MachineConfig): string {
  const authority = authorityIn(config, 'cluster.ca');
  if (authority === null) throw new Error('a control plane without the key of its Kubernetes authority');
  const { ca, cert, key } = issue(authority, {
    name: { common: 'admin', organization: 'system:masters' },
    use: 'clientAuth',
  });
  const cluster = textAt(config.main, 'cluster.clusterName');
  const context = `admin@${cluster}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: cluster, cluster: { server: endpointOf(config).origin, 'certificate-authority-data': encode(ca) } },
    ],
    users: [{ name: context, user: { 'client-certificate-data': encode(cert), 'client-key-data': encode(key) } }],
    contexts: [{ name: context, context: { cluster, namespace: 'default', user: context } }],
    'current-context': context,
  });
}

const BLOCK = 512;

/** One file. Source of the format: POSIX.1-1988, ustar. */
function tar(name: string, contents: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, size: number): unknown =>
    header.write(`${value.toString(8).padStart(size - 1, '0')}\0`, at);
  header.write(name, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(contents.length, 124, 12);
  octal(Math.floor(Date.now() / 1000), 136, 12);
  header.write('        0', 148); // blanks while the sum is taken, then the type: a plain file
  header.write('ustar\u000000', 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  const rest = Buffer.alloc((BLOCK - (contents.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, contents, rest, Buffer.alloc(2 * BLOCK)]);
}

export const kubeconfigArchive = (config: MachineConfig): Buffer =>
  gzipSync(tar('kubeconfig', Buffer.from(kubeconfig(config))));
