/** What a command has that reaches the machines as the cluster's administrator. */
import type { Secret } from '../../config/secret.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { genTalosconfig, type Access } from '../../talos/calls.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../../talos/rendered-cluster.ts';
import { isSecretKey } from '../../talos/sealed-patch.ts';
import type { Context } from '../context.ts';
import { BUNDLE_FILE, openBundle, type Bundle } from './bundle.ts';
import { driverFor, type Driver } from './driver.ts';
import { readTalosCluster } from './project.ts';
import { openSealedPatches } from './sealed-patches.ts';
import { findTalosctl, hiding, makeSecret, type Talosctl } from './talosctl.ts';

/** What makes the configurations of a cluster's machines; it reaches none of them. */
export interface Maker {
  readonly talosctl: Talosctl;
  readonly driver: Driver;
  /** Whether a key of a machine configuration has a secret for its value, by its name or by what is sealed. */
  readonly isSecret: (key: string) => boolean;
}

export interface Session extends Maker {
  readonly context: Context;
  readonly cluster: TalosCluster;
  /** Made for this run; it is never stored. */
  readonly talosconfig: Secret;
}

/** @throws Refusal 2 where the cluster has no secrets yet, 4 where there is no talosctl */
export async function openSession(context: Context, staleOk: boolean): Promise<Session> {
  const cluster = await readTalosCluster(context, staleOk);
  const talosctl = await findTalosctl(context, cluster.talosVersion);
  const bundle = await openBundle(context);
  if (bundle === null) throw new Refusal([notBootstrapped(context.call)], Exit.refusedInput);
  return sessionWith(context, talosctl, cluster, bundle);
}

export async function sessionWith(
  context: Context,
  plain: Talosctl,
  cluster: TalosCluster,
  bundle: Bundle,
): Promise<Session> {
  const maker = await makerWith(plain, cluster, bundle);
  const call = genTalosconfig(cluster, bundle.text);
  const { text: talosconfig } = await makeSecret(maker.talosctl, 'make a talosconfig', call);
  return { ...maker, context, cluster, talosconfig };
}

/** @throws Refusal 2 where no key opens a sealed patch, or the project's driver takes none */
export async function makerWith(plain: Talosctl, cluster: TalosCluster, bundle: Bundle): Promise<Maker> {
  const sealed = await openSealedPatches(plain.context, cluster);
  const talosctl = hiding(plain, [...bundle.values, ...sealed.values]);
  const isSecret = (key: string): boolean => isSecretKey(key) || sealed.keys.has(key);
  return { talosctl, driver: driverFor(talosctl, cluster, bundle, sealed), isSecret };
}

export const accessTo = ({ talosconfig }: Pick<Session, 'talosconfig'>, { address }: TalosNode): Access => ({
  talosconfig,
  address,
});

/** By way of any control plane, for what is done with the help of Kubernetes. */
export const accessThrough = (session: Session, node: TalosNode): Access => ({
  ...accessTo(session, node),
  endpoints: controllersOf(session.cluster).map(({ address }) => address),
});

const notBootstrapped = (call: string): Problem => ({
  code: 'talos-not-bootstrapped',
  severity: 'error',
  message: `there is no ${BUNDLE_FILE}: this cluster was not bootstrapped yet, or from somewhere else`,
  hint: `\`${call} bootstrap talos\` makes it, with the cluster; or bring it back from git`,
});
