/** The nouns. Every stage takes and gives these; `CONTRIBUTING.md` has the order of the stages. */
import type { ClusterYaml, NodeYaml, NodesYaml } from './config/written.gen.ts';
import type { Dialect } from './config/talos-versions.ts';
import type { Checked } from './problem.ts';
import type { Secret } from './config/secret.ts';

/** A file as read: `path` is relative to the project, with `/` between its parts. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Where a template counts: once per project, once per instance, or once per instance of one kind. */
export type TemplateScope = 'project' | 'stack' | 'kind';

/** An unrendered file below `templates/`. */
export interface Template {
  /** As messages name it: `templates/stack/backend.tf.njk`. */
  readonly path: string;
  readonly scope: TemplateScope;
  /** The kind's name when `scope` is `kind`, else null. */
  readonly kind: string | null;
  /** Path of what it makes, below the project or the instance's directory, still with `.njk` and `[node]`: `backend.tf.njk`. */
  readonly target: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  /** False for a file of the user's own `templates/`. */
  readonly builtIn: boolean;
}

/** What `load` found: the inputs (each may be refused on its own) and the templates after overriding. */
export interface Sources {
  readonly cluster: Checked<SourceFile>;
  readonly nodes: Checked<SourceFile>;
  /** `cluster.sops.yaml`; absent where there is none. */
  readonly sealed?: Checked<SourceFile>;
  readonly templates: readonly Template[];
}

/** A value of cluster.yaml that is kept elsewhere. */
export interface Deferred {
  /** Keys and indexes, as in cluster.yaml. */
  readonly path: readonly (string | number)[];
  /** The name in `secret://name`; null for a value of cluster.sops.yaml. */
  readonly reference: string | null;
}

/** What the user wrote, proven valid; nothing is filled in. */
export interface Config {
  /** Of these the value is not known yet: in `cluster` stands what was written, a reference or ciphertext. */
  readonly unresolved: readonly Deferred[];
  readonly cluster: ClusterYaml;
  readonly nodes: NodesYaml['nodes'];
  /** Finds where a value stands; `path` as in `['cluster.yaml', 'node_cidr']` or `['nodes.yaml', 'nodes', 0, 'name']`. */
  readonly locate: Locate;
}

/** A place in an input file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type InputPath = readonly [file: string, ...path: (string | number)[]];
/** The value at that path, or its nearest parent that is there; null when the file is not. */
export type Locate = (path: InputPath) => Position | null;

/**
 * Where a final value came from, and what it beat, nearest first. `of` are the paths in the model that a value was
 * computed from: each has an origin of its own, so that every value can be followed back to what was written.
 */
export type Origin =
  | { readonly from: 'written'; readonly path: InputPath; readonly beat: readonly Origin[] }
  | { readonly from: 'built-in'; readonly name: string; readonly value: unknown; readonly beat: readonly Origin[] }
  | {
      readonly from: 'computed';
      readonly of: readonly string[];
      readonly value: unknown;
      readonly beat: readonly Origin[];
    };

/** A key that has a default is never null; one without a default is null when it was not written. */
type Filled<T, WithoutDefault extends keyof T> = {
  readonly [K in keyof T]-?: K extends WithoutDefault ? Exclude<T[K], undefined> | null : Exclude<T[K], undefined>;
};

/** The keys of cluster.yaml that are secrets: only a sealed artifact may print them. `schemas/` marks them `writeOnly`. */
export const SECRET_KEYS = [
  'cf_account_id',
  'tfstate_username',
  'tfstate_password',
  'proxmox_api_token_id',
  'proxmox_api_token_secret',
  'state_encryption_passphrase',
] as const satisfies readonly (keyof ClusterYaml)[];
export type SecretKey = (typeof SECRET_KEYS)[number];

/** Those of them that name an account: sealed, but never hidden in what is shown, where half of it would be lost. */
export const NAME_KEYS: ReadonlySet<string> = new Set<SecretKey>(['cf_account_id', 'tfstate_username']);

type ClusterKeyWithoutDefault =
  | 'node_vlan_tag'
  | 'talos_schematic'
  | 'proxmox_api_url'
  | 'proxmox_node'
  | 'cloudflare_domain'
  | 'tfstate_url';
type VmSize = { readonly cores: number; readonly sockets: number; readonly memory: number; readonly disk_size: number };

/**
 * cluster.yaml with every value filled in, under the names that cluster.yaml has. Secrets are marked values; where they
 * come from (`secrets`) says nothing of the cluster, and is no business of a template.
 */
export type ClusterModel = Omit<
  Filled<ClusterYaml, ClusterKeyWithoutDefault>,
  | SecretKey
  | 'secrets'
  | 'node_vlan_tag'
  | 'proxmox_vm_defaults'
  | 'proxmox_vm_controller_defaults'
  | 'proxmox_vm_worker_defaults'
  | 'proxmox_vm_advanced'
> & { readonly [K in SecretKey]: Secret | null } & {
  readonly node_vlan_tag: number | null;
  readonly proxmox_vm_advanced: {
    readonly [K in keyof NonNullable<ClusterYaml['proxmox_vm_advanced']>]-?: NonNullable<
      NonNullable<ClusterYaml['proxmox_vm_advanced']>[K]
    >;
  };
  /** What a controller or worker gets that says nothing itself: the user's defaults over the built-in ones. */
  readonly proxmox_vm_defaults: VmSize;
  readonly proxmox_vm_controller_defaults: VmSize;
  readonly proxmox_vm_worker_defaults: VmSize;
};

/** Where there is a `disk_selector` it counts; `disk` is then null, or the serial number or WWID that was written. */
type NodeKeyWithoutDefault = 'disk' | 'disk_selector' | 'schematic' | 'mtu' | 'vm_id';

/** A node of nodes.yaml with every value filled in, under the names that nodes.yaml has, and what follows from them. */
export type NodeModel = Filled<NodeYaml, NodeKeyWithoutDefault> & {
  readonly role: 'controller' | 'worker';
  /** `10.0.0.11/24` */
  readonly address_cidr: string;
  /** Key of its image in `instance.images`. */
  readonly image: string;
  /** Image that Talos installs itself from, with its tag. */
  readonly install_image: string;
  /** The disk to install it on, as an expression of CEL. */
  readonly disk_match: string;
  /** Secure boot and disk encryption need a TPM. */
  readonly tpm: boolean;
  /** The configured tags and the role; lower-case, sorted, without repeats. */
  readonly tags: readonly string[];
  readonly description: string;
};

/** One ISO on the Proxmox host; `key` is `<schematic>-<secureboot>`, part of a resource address. */
export interface Image {
  readonly key: string;
  readonly schematic_id: string;
  readonly secureboot: boolean;
  readonly file_name: string;
  readonly url: string;
}

export type Backend =
  | { readonly kind: 'local'; readonly address: null; readonly lock_address: null }
  | { readonly kind: 'http'; readonly address: string; readonly lock_address: string };

/** A machine that has another name than it had: OpenTofu finds it in its state under the old one. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Stack × environment: one directory, one state. */
export interface Instance {
  readonly stack: string;
  readonly kind: string;
  readonly engine: 'tofu';
  /** Relative to the project: `infrastructure/tofu`. */
  readonly directory: string;
  /** Where its sealed values are: `infrastructure/secrets.sops.yaml`. */
  readonly secrets_file: string;
  readonly backend: Backend;
  readonly state_encryption: boolean;
  readonly images: readonly Image[];
  /** Sorted by the old name. None come from the inputs: `configure` knows them by the manifest. */
  readonly moved: readonly Move[];
}

/** What the machine configurations of Talos say of the cluster, beside what cluster.yaml says itself. */
export interface TalosModel {
  readonly dialect: Dialect;
  /** The Kubernetes API: `https://10.0.0.10:6443`. */
  readonly endpoint: string;
  /** Names and addresses in the certificates of the machines and of the Kubernetes API. */
  readonly cert_sans: readonly string[];
  /** The address of the Kubernetes API where the controllers share it; null where it is somebody else's. */
  readonly vip: string | null;
  /** The VLAN whose tag Talos adds. */
  readonly vlan_tag: number | null;
  /** The network device, or its VLAN, that has the node's address: `net0`, `net0.20`. */
  readonly address_link: string;
  /** The route to a gateway that lies outside of the nodes' network: `10.0.1.1/32`. */
  readonly gateway_route: string | null;
}

/** Everything that a template may say: total, frozen, null for "not set". */
export interface Model {
  readonly cluster: ClusterModel;
  readonly nodes: readonly NodeModel[];
  readonly instances: readonly Instance[];
  readonly talos: TalosModel;
}

/**
 * The model, and for each of its leaves (`cluster.node_cidr`, `nodes[0].vm_cores`, `instances[0].backend.address`)
 * where it came from; for each node as a whole (`nodes[0]`) too, since its place in the list counts.
 */
export interface Derived {
  readonly model: Model;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** How a file's text is read, hence how a value is escaped in it. */
export type Language = 'hcl' | 'yaml' | 'json' | 'text';

/** Rendered text, in clear, only in memory. */
export interface Artifact {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** The template's `path`. */
  readonly template: string;
  /** Null for a file that is copied, not rendered. */
  readonly language: Language | null;
  readonly bytes: Uint8Array;
  /** True when it may hold secrets and is only ever written as ciphertext. */
  readonly secret: boolean;
  readonly executable: boolean;
  /** False when a template of the user's made it. */
  readonly builtIn: boolean;
  /** For each line the line of a template that began it; null where none did. Absent for a file that is copied. */
  readonly lines?: readonly (TemplateLine | null)[];
  /** The secrets that it was rendered with: none of them may be in clear in what is written. */
  readonly secrets?: readonly Secret[];
}

/** A line of a template, from 1; `file` may be a partial. */
export interface TemplateLine {
  readonly file: string;
  readonly line: number;
}

declare const sealedBrand: unique symbol;

/** What may be written: public text or ciphertext. Only `seal` makes one. */
export interface Sealed {
  readonly [sealedBrand]: true;
  readonly path: string;
  readonly template: string;
  readonly bytes: Uint8Array;
  readonly secret: boolean;
  readonly executable: boolean;
}

/** A file that exists now. */
export interface DiskFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** A read-only picture of the files that matter, by path relative to the project. */
export type Disk = ReadonlyMap<string, DiskFile>;

export type ChangeKind = 'create' | 'update' | 'delete' | 'keep';

/** Create, update, delete or keep one file. */
export type Change =
  | { readonly kind: 'create' | 'update'; readonly path: string; readonly sealed: Sealed }
  | { readonly kind: 'keep' | 'delete'; readonly path: string };

/** A process to run, as a value: dry runs, logs and tests come free. `env` is added to a cleaned environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
}
