/** The services of a machine: what `talosctl service` shows. */
import type { Call, Row } from './call.ts';
import type { TalosNode } from './world.ts';

type Service = readonly [id: string, state: string, healthy: boolean];

export function servicesOf({ stage, etcd, kubelet, config }: TalosNode): readonly Service[] {
  const always: Service[] = ['apid', 'auditd', 'containerd', 'machined', 'syslogd', 'udevd'].map((id) => [
    id,
    'Running',
    true,
  ]);
  if (config === null || stage === 'maintenance') return always;
  const controller: Service[] = [
    ['etcd', etcd === 'up' ? 'Running' : 'Preparing', etcd === 'up'],
    ['trustd', 'Running', true],
  ];
  return [
    ...always,
    ['cri', 'Running', true],
    ['kubelet', kubelet ? 'Running' : 'Waiting', kubelet],
    ...(etcd === 'none' ? [] : controller),
  ];
}

const EVENTS: Readonly<Record<string, string>> = {
  Running: 'Health check successful',
  Preparing: 'Running pre state',
  Waiting: 'Waiting for service "cri" to be "up"',
};

function serviceList({ node }: Call): object {
  const ts = { seconds: String(Math.floor(Date.now() / 1000)), nanos: 0 };
  const list = servicesOf(node).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    services: list.map(([id, state, healthy]) => ({
      id,
      state,
      events: { events: [{ msg: EVENTS[state] ?? '', state, ts }] },
      health: { unknown: false, healthy, lastMessage: '', lastChange: ts },
    })),
  };
}

export const serviceRows: readonly Row[] = [['ServiceList', 'reader', serviceList]];
