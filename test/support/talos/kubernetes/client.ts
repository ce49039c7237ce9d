/** A kubeconfig as a client: single calls to Kubernetes' API. */
import { request } from 'node:https';
import { parse } from 'yaml';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: Record<'server' | 'certificate-authority-data', string> }];
  readonly users: readonly [{ readonly user: Record<'client-certificate-data' | 'client-key-data', string> }];
}

export interface Got {
  readonly status: number;
  readonly text: string;
}

const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** @throws where nobody answers, as `node:https` does */
export async function askKubernetes(kubeconfig: string, path: string, server?: string): Promise<Got> {
  const { clusters, users } = parse(kubeconfig) as Kubeconfig;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const options = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server ?? cluster.server), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject).end();
  });
}
