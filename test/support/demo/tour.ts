/** The tour of `npm run demo`: what a person types and edits, from an empty folder to an empty Proxmox VE. */

/** What one does at a stop: a command, or an edit of a file. */
export type Act =
  | { readonly run: readonly string[] }
  | { readonly edit: string; readonly change: readonly [from: string, to: string] };

export interface Stop {
  /** A sentence that says what happens here, and why. */
  readonly title: string;
  readonly acts: readonly Act[];
}

const run = (line: string): Act => ({ run: line.split(' ') });
const edit = (file: string, from: string, to: string): Act => ({ edit: file, change: [from, to] });

/** @param connection what leads to the API: keys of cluster.yaml and their values */
export const tour = (connection: Readonly<Record<string, string>>): readonly Stop[] => [
  {
    title: 'A new project: two YAML files, an age key, a .gitignore. Nothing is asked.',
    acts: [run('nigari init')],
  },
  {
    title: 'cluster.yaml gets the address and the token of Proxmox VE. Here that is a simulated one.',
    acts: Object.entries(connection).map(([key, value]) => edit('cluster.yaml', key, value)),
  },
  {
    title: 'A typo, to see what becomes of it: both files are checked as a whole, before anything is made.',
    acts: [
      edit('nodes.yaml', 'address: 10.0.0.12', 'address: 10.0.0.11'),
      run('nigari check'),
      edit(
        'nodes.yaml',
        'address: 10.0.0.11\n    controller: true\n\n  - name: k8s-cp-3',
        'address: 10.0.0.12\n    controller: true\n\n  - name: k8s-cp-3',
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
      'Life goes on: a worker gets more cores, and another one goes. What that means is told before a file is written.',
    acts: [
      edit('nodes.yaml', '  - name: k8s-worker-1', '  - name: k8s-worker-1\n    vm_cores: 12'),
      edit('nodes.yaml', '  - name: k8s-worker-2\n    address: 10.0.0.22\n    controller: false\n', ''),
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
