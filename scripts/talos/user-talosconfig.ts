/** A talosconfig for a person: what talosctl makes, with the addresses of the cluster. */
import { parse, stringify } from 'yaml';
import { reveal, secret, type Secret } from '../config/secret.ts';
import { controllersOf, type TalosCluster } from './rendered-cluster.ts';

interface Talosconfig {
  readonly contexts: Readonly<Record<string, object>>;
}

/** @param made by `talosctl gen config`: a context without an endpoint and without nodes */
export function userTalosconfig(cluster: TalosCluster, made: Secret): Secret {
  const config = parse(reveal(made)) as Talosconfig;
  const endpoints = controllersOf(cluster).map(({ address }) => address);
  const nodes = cluster.nodes.map(({ address }) => address);
  const contexts = Object.entries(config.contexts).map(([name, context]) => [name, { ...context, endpoints, nodes }]);
  return secret(stringify({ ...config, contexts: Object.fromEntries(contexts) as object }, { lineWidth: 0 }));
}
