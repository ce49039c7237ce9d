/** The tour of `npm run demo`: what a person types and edits, from an empty folder by way of a cluster to an empty Proxmox VE. */

/** What one does at a stop: a command, or an edit of a file. */
export type Act =
  | { readonly run: readonly string[] }
  | { readonly edit: string; readonly change: readonly [from: string, to: string] };

export interface Stop {
  /** A sentence that says what happens here, and why. */
  readonly title: string;
  readonly acts: readonly Act[];
  /** Only where there are machines that run Talos. */
  readonly talos?: true;
}

const run = (line: string): Act => ({ run: line.split(' ') });
const edit = (file: string, from: string, to: string): Act => ({ edit: file, change: [from, to] });

/** What is particular about where the tour goes. */
export interface Place {
  /** What leads to the API: lines of cluster.yaml, and what takes their place. */
  readonly connection: Readonly<Record<string, string>>;
  /** The first three numbers of the nodes' addresses, which are 10.0.0 in the examples. */
  readonly network: string;
}

export const tour = ({ connection, network }: Place): readonly Stop[] => [
  {
    title: 'A new project: two YAML files, an age key, a .gitignore. Nothing is asked.',
    acts: [run('nigari init')],
  },
  {
    title:
      'cluster.yaml gets the address and the token of Proxmox VE, and both files your network. Here all of it is simulated.',
    acts: [
      ...Object.entries(connection).map(([line, value]) => edit('cluster.yaml', line, value)),
      ...['cluster.yaml', 'nodes.yaml'].map((file) => edit(file, '10.0.0.', `${network}.`)),
    ],
  },
  {
    title: 'A typo, to see what becomes of it: both files are checked as a whole, before anything is made.',
    acts: [
      edit('nodes.yaml', `address: ${network}.12`, `address: ${network}.11`),
      run('nigari check'),
      edit(
        'nodes.yaml',
        `address: ${network}.11\n    controller: true\n\n  - name: k8s-cp-3`,
        `address: ${network}.12\n    controller: true\n\n  - name: k8s-cp-3`,
      ),
    ],
  },
  {
    title: 'The OpenTofu project, rendered, proven, its secrets encrypted, and initialised.',
    acts: [run('nigari configure')],
  },
  {
    title: 'What would OpenTofu do? The plan is kept, encrypted, and the next command does exactly that.',
    acts: [run('nigari infra plan --summary'), run('nigari infra apply')],
  },
  {
    title:
      'The machines wait for their configurations. They get them, by a real talosctl, and are a cluster; its secrets are made now, and sealed at birth.',
    acts: [run('nigari bootstrap talos'), run('nigari talos nodes')],
    talos: true,
  },
  {
    title: 'A label for a worker: what an apply changes is shown first, and whether the machine restarts.',
    acts: [
      edit(
        'nodes.yaml',
        '  - name: k8s-worker-1',
        '  - name: k8s-worker-1\n    labels: { topology.kubernetes.io/zone: rack-1 }',
      ),
      run('nigari configure'),
      run('nigari talos apply'),
    ],
    talos: true,
  },
  {
    title: 'A newer Talos: one machine after the other, and before and after each the whole cluster is well.',
    acts: [
      edit('cluster.yaml', 'talos_version: "1.13.9"', 'talos_version: "1.13.10"'),
      run('nigari configure'),
      run('nigari talos upgrade'),
    ],
    talos: true,
  },
  {
    title: 'A worker that is no longer wanted leaves the cluster first.',
    acts: [run('nigari talos reset k8s-worker-2 --yes')],
    talos: true,
  },
  {
    title:
      'Life goes on: a worker gets more cores, and another one goes. What that means is told before a file is written.',
    acts: [
      edit('nodes.yaml', '  - name: k8s-worker-1', '  - name: k8s-worker-1\n    vm_cores: 12'),
      edit('nodes.yaml', `  - name: k8s-worker-2\n    address: ${network}.22\n    controller: false\n`, ''),
      run('nigari configure'),
      run('nigari configure --yes'),
      run('nigari infra plan --summary'),
      run('nigari infra apply --yes'),
    ],
  },
  {
    title: 'Nothing is left to do.',
    acts: [run('nigari configure'), run('nigari infra plan --summary')],
  },
  {
    title: 'And away with it all.',
    acts: [run('nigari infra destroy --yes --summary')],
  },
];
