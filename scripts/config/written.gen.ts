/** Generated from schemas/ by tools/generate.mjs; do not edit. */
/**
 * A Talos cluster on Proxmox: connection, network, defaults and credentials.
 */
export interface ClusterYaml {
  /**
   * The network that the nodes live in.
   */
  node_cidr: string;
  /**
   * The nodes' default gateway. Default: the first host of node_cidr.
   */
  node_default_gateway?: string;
  /**
   * DNS servers of the nodes.
   */
  node_dns_servers?: string[];
  /**
   * Time servers of the nodes, as addresses or names.
   */
  node_ntp_servers?: string[];
  /**
   * VLAN of the nodes' network, 1 to 4094. Not set: untagged.
   */
  node_vlan_tag?: number | string;
  /**
   * Who adds the VLAN tag: true = Proxmox, at the VM's network device; false = Talos, inside the VM. It is never added twice.
   */
  proxmox_vlan_mode?: boolean;
  /**
   * How a node gets its address at its first boot, before it has a machine configuration.
   */
  node_first_boot?: 'static' | 'dhcp';
  /**
   * Name of the Kubernetes cluster. Generated MAC addresses are made from it: do not change it later.
   */
  cluster_name?: string;
  /**
   * Address of the Kubernetes API: a free address of node_cidr that the controllers share.
   */
  cluster_api_addr: string;
  /**
   * Further names and addresses for the certificate of the Kubernetes API.
   */
  cluster_api_tls_sans?: string[];
  /**
   * The network of the pods.
   */
  cluster_pod_cidr?: string;
  /**
   * The network of the services.
   */
  cluster_svc_cidr?: string;
  /**
   * Network of the pods: flannel, which Talos installs, or none: then the nodes are ready once you have installed one.
   */
  cluster_cni?: 'flannel' | 'none';
  /**
   * Run kube-proxy; false where the network of the pods does its work, as Cilium can.
   */
  cluster_kube_proxy?: boolean;
  /**
   * Whether controllers run pods of every kind. Default: only where there are no workers.
   */
  cluster_allow_scheduling?: boolean;
  /**
   * Whether the nodes find each other through the discovery service of Talos, which sees only encrypted data.
   */
  cluster_discovery?: boolean;
  /**
   * Version of Talos Linux, x.y.z without v.
   */
  talos_version?: string;
  /**
   * Version of Kubernetes, x.y.z without v. Default: the newest minor that talos_version supports (1.35.0 for Talos 1.12).
   */
  kubernetes_version?: string;
  /**
   * What the machines' Talos image holds, in the words of the Image Factory; its id is worked out here. A node's own schematic or schematic_id counts instead.
   */
  talos_schematic?: SchematicYaml;
  /**
   * What every machine is told besides, in Talos' own words: pieces of its machine configuration, and documents. They count after nigari's own.
   */
  talos_patches?: {
    [k: string]: unknown;
  }[];
  /**
   * What makes the machine configurations of the patches in talos/: talosctl, or talhelper, for which a talconfig.yaml is made as well.
   */
  talos_driver?: 'talosctl' | 'talhelper';
  /**
   * The Proxmox API. Together with proxmox_node it switches the infrastructure on; without both the nodes are bare metal.
   */
  proxmox_api_url?: string;
  /**
   * Name of the Proxmox host that the VMs run on.
   */
  proxmox_node?: string;
  /**
   * Accept a certificate of the Proxmox API that cannot be verified, such as the self-signed one of a new installation.
   */
  proxmox_insecure?: boolean;
  /**
   * Proxmox storage for the Talos images; it must allow ISO images.
   */
  proxmox_iso_storage?: string;
  /**
   * Proxmox storage for the VMs' disks.
   */
  proxmox_disk_storage?: string;
  /**
   * Size of a VM where neither its node nor the defaults of its role say one.
   */
  proxmox_vm_defaults?: {
    /**
     * CPU cores per socket of a VM.
     */
    cores?: number;
    /**
     * CPU sockets of a VM.
     */
    sockets?: number;
    /**
     * Memory of a VM, in MiB.
     */
    memory?: number;
    /**
     * System disk of a VM, in GiB.
     */
    disk_size?: number;
  };
  /**
   * Size of a controller that says none itself.
   */
  proxmox_vm_controller_defaults?: {
    /**
     * CPU cores per socket of a controller.
     */
    cores?: number;
    /**
     * CPU sockets of a controller.
     */
    sockets?: number;
    /**
     * Memory of a controller, in MiB.
     */
    memory?: number;
    /**
     * System disk of a controller, in GiB.
     */
    disk_size?: number;
  };
  /**
   * Size of a worker that says none itself.
   */
  proxmox_vm_worker_defaults?: {
    /**
     * CPU cores per socket of a worker.
     */
    cores?: number;
    /**
     * CPU sockets of a worker.
     */
    sockets?: number;
    /**
     * Memory of a worker, in MiB.
     */
    memory?: number;
    /**
     * System disk of a worker, in GiB.
     */
    disk_size?: number;
  };
  /**
   * Virtual hardware that all VMs share.
   */
  proxmox_vm_advanced?: {
    /**
     * Firmware: ovmf is UEFI, which secure boot needs.
     */
    bios?: 'ovmf' | 'seabios';
    /**
     * Machine type.
     */
    machine?: 'q35' | 'i440fx';
    /**
     * CPU type; Talos needs x86-64-v2 or better.
     */
    cpu_type?: string;
    /**
     * SCSI controller. The documentation of Talos advises against virtio-scsi-single.
     */
    scsi_hw?: 'virtio-scsi-pci' | 'virtio-scsi-single' | 'lsi';
    /**
     * Memory in MiB down to which the balloon may shrink a VM; 0 = no ballooning, which Talos wants.
     */
    balloon?: number;
    /**
     * Show the VM the host's NUMA topology.
     */
    numa?: boolean;
    /**
     * Talk to the QEMU guest agent; the schematic must then contain its extension.
     */
    qemu_agent?: boolean;
    /**
     * Packet queues of the network device.
     */
    net_queues?: number;
    /**
     * Hand freed blocks back to the storage (TRIM).
     */
    disk_discard?: boolean;
    /**
     * Present the disk as an SSD.
     */
    disk_ssd?: boolean;
    /**
     * Tags of the VMs; the role (controller or worker) is added, and Proxmox keeps them in lower case.
     */
    tags?: string[];
    /**
     * Bridge of the Proxmox host that the VMs are connected to.
     */
    network_bridge?: string;
    /**
     * Guest operating system as Proxmox names it; l26 is a Linux.
     */
    ostype?:
      | 'l26'
      | 'l24'
      | 'other'
      | 'solaris'
      | 'w2k'
      | 'w2k3'
      | 'w2k8'
      | 'wvista'
      | 'wxp'
      | 'win7'
      | 'win8'
      | 'win10'
      | 'win11';
    /**
     * Include the disk in Proxmox backups.
     */
    disk_backup?: boolean;
    /**
     * Include the disk in Proxmox storage replication.
     */
    disk_replicate?: boolean;
  };
  /**
   * Id of the Proxmox API token, user@realm!name. A secret: it goes only into the sealed file.
   */
  proxmox_api_token_id?: string;
  /**
   * Secret of the Proxmox API token. It goes only into the sealed file.
   */
  proxmox_api_token_secret?: string;
  /**
   * Domain whose Worker keeps the OpenTofu state, at https://tfstate.<domain>/states. Not set (nor tfstate_url): the state is a local file.
   */
  cloudflare_domain?: string;
  /**
   * Cloudflare account that the Worker belongs to. A secret: it goes only into the sealed file.
   */
  cf_account_id?: string;
  /**
   * Base address of an OpenTofu HTTP backend. Default: https://tfstate.<cloudflare_domain>/states.
   */
  tfstate_url?: string;
  /**
   * Name of the state below tfstate_url. Two projects on one domain need two names.
   */
  tfstate_name?: string;
  /**
   * User of the HTTP backend. A secret: it goes only into the sealed file.
   */
  tfstate_username?: string;
  /**
   * Password of the HTTP backend. A secret: it goes only into the sealed file.
   */
  tfstate_password?: string;
  /**
   * Encrypts the state and plan files themselves; at least 16 characters. Whoever loses it loses the state. A secret: it goes only into the sealed file.
   */
  state_encryption_passphrase?: string;
  /**
   * Platforms on which OpenTofu runs for this project, CI among them: .terraform.lock.hcl gets the checksums of the providers for each. Empty: only what an init writes by itself.
   */
  tofu_lock_platforms?: (
    | 'linux_amd64'
    | 'linux_arm64'
    | 'linux_arm'
    | 'linux_386'
    | 'darwin_amd64'
    | 'darwin_arm64'
    | 'windows_amd64'
    | 'windows_arm64'
    | 'windows_386'
    | 'freebsd_amd64'
    | 'freebsd_arm'
    | 'freebsd_386'
    | 'openbsd_amd64'
    | 'openbsd_386'
    | 'solaris_amd64'
  )[];
  /**
   * Where a value comes from that is written as secret://name. No secret itself.
   */
  secrets?: {
    /**
     * Which provider keeps the secrets. Its settings are below the key of the same name.
     */
    provider?: 'sops-age' | 'ansible-vault' | 'env' | 'command' | 'vault';
    /**
     * A file that is sealed with SOPS for age keys; the names are its keys, a.b is b in the mapping a.
     */
    'sops-age'?: {
      /**
       * The sealed file, below the project.
       */
      file?: string;
    };
    /**
     * A file of Ansible Vault, encrypted as a whole or value by value; the names are its keys.
     */
    'ansible-vault'?: {
      /**
       * The file, below the project.
       */
      file?: string;
      /**
       * File that holds the password, or prints it when it is executable. Default: what ANSIBLE_VAULT_PASSWORD_FILE says.
       */
      password_file?: string;
      /**
       * Program and arguments that print the password; no shell.
       */
      password_command?: string[];
    };
    /**
     * Environment variables, or a file of them; secret://proxmox_token is NIGARI_PROXMOX_TOKEN.
     */
    env?: {
      /**
       * A .env file below the project; only it counts then. Keep it out of git.
       */
      file?: string;
      /**
       * What the names of the variables begin with.
       */
      prefix?: string;
    };
    /**
     * A program that prints a secret, such as a password manager. Arguments pass no shell; {name} in one is the name.
     */
    command?: {
      /**
       * Program and arguments that print the secret {name}; one line break at its end is not part of it.
       */
      get?: string[];
      /**
       * Program and arguments that print every name, one a line.
       */
      list?: string[];
      /**
       * Program and arguments that store the secret {name}, which they read from their standard input.
       */
      set?: string[];
      /**
       * Seconds that a program may take.
       */
      timeout?: number;
    };
    /**
     * HashiCorp Vault or OpenBao, a KV version 2 engine; the token is in VAULT_TOKEN, BAO_TOKEN or ~/.vault-token.
     */
    vault?: {
      /**
       * Address of the server.
       */
      address?: string;
      /**
       * Where the KV engine is mounted.
       */
      mount?: string;
      /**
       * The secret whose keys are the names; secret://other/path#key is a key of another one.
       */
      path?: string;
      /**
       * Namespace of the engine, where the server has any.
       */
      namespace?: string;
      /**
       * Certificates (PEM) of the authority that the server's certificate is from. Default: those that Node knows.
       */
      ca_file?: string;
      /**
       * Seconds that the server may take for an answer.
       */
      timeout?: number;
    };
  };
  /**
   * Anything that your own templates need.
   */
  vars?: {
    [k: string]: unknown;
  };
}

/**
 * The machines of the cluster.
 */
export interface NodesYaml {
  /**
   * One entry per machine. Their order gives the VMs' start order: add new ones at the end.
   *
   * @minItems 1
   */
  nodes: NodeYaml[];
}
/**
 * One machine.
 */
export interface NodeYaml {
  /**
   * Host name of the machine; also its VM name and its key in the OpenTofu state. Renaming a node replaces its VM.
   */
  name: string;
  /**
   * Address of the machine, from node_cidr.
   */
  address: string;
  /**
   * true: a controller (control plane, etcd); false: a worker.
   */
  controller: boolean;
  /**
   * Disk that Talos is installed on: a path below /dev/, or the serial number or WWID. Required on bare metal, it or disk_selector; a VM's disk is /dev/sda.
   */
  disk?: string;
  /**
   * What the disk that Talos is installed on is like, instead of disk; all that is written must be true of it.
   */
  disk_selector?: {
    /**
     * Its size, or a comparison with one.
     */
    size?: string;
    /**
     * Its kind; sd is a memory card.
     */
    type?: 'ssd' | 'hdd' | 'nvme' | 'sd';
    /**
     * Its model, in which * stands for any characters.
     */
    model?: string;
    /**
     * Its serial number, in which * stands for any characters.
     */
    serial?: string;
    /**
     * Its WWID, in which * stands for any characters.
     */
    wwid?: string;
  };
  /**
   * MAC address of the network device. Required on bare metal; a VM gets a stable one made from cluster and node name.
   */
  mac_addr?: string;
  /**
   * Id of the Talos image's schematic, from factory.talos.dev. Bare metal needs it or schematic; a VM gets the one that holds only the QEMU guest agent.
   */
  schematic_id?: string;
  /**
   * What this machine's Talos image holds, in the words of the Image Factory; its id is worked out here. In place of schematic_id, and of talos_schematic in cluster.yaml.
   */
  schematic?: SchematicYaml;
  /**
   * MTU of the network device. Not set: that of the bridge.
   */
  mtu?: number;
  /**
   * Boot with UEFI secure boot; the VM gets a TPM.
   */
  secureboot?: boolean;
  /**
   * Encrypt the Talos partitions with a key that the TPM holds; the VM gets a TPM.
   */
  encrypt_disk?: boolean;
  /**
   * Kernel modules that Talos loads.
   */
  kernel_modules?: string[];
  /**
   * Labels of the node in Kubernetes.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * What this machine is told besides, in Talos' own words: pieces of its machine configuration, and documents. They count last.
   */
  talos_patches?: {
    [k: string]: unknown;
  }[];
  /**
   * Id of the VM on Proxmox. Not set: Proxmox gives a free one.
   */
  vm_id?: number;
  /**
   * CPU cores per socket. Default: see proxmox_vm_controller_defaults and proxmox_vm_worker_defaults in cluster.yaml.
   */
  vm_cores?: number;
  /**
   * CPU sockets. Default: see proxmox_vm_controller_defaults and proxmox_vm_worker_defaults in cluster.yaml.
   */
  vm_sockets?: number;
  /**
   * Memory in MiB. Default: see proxmox_vm_controller_defaults and proxmox_vm_worker_defaults in cluster.yaml.
   */
  vm_memory?: number;
  /**
   * System disk in GiB. Default: see proxmox_vm_controller_defaults and proxmox_vm_worker_defaults in cluster.yaml.
   */
  vm_disk_size?: number;
  /**
   * Place in the order in which Proxmox starts its guests. Default: place in this list (from 1) + 3.
   */
  vm_startup_order?: number;
  /**
   * Seconds that Proxmox waits after it started this VM.
   */
  vm_startup_delay?: number;
  /**
   * Seconds that Proxmox gives this VM to shut down.
   */
  vm_shutdown_delay?: number;
  /**
   * Anything that your own templates need to know of this node.
   */
  vars?: {
    [k: string]: unknown;
  };
}

export interface SchematicYaml {
  /**
   * What a single-board computer needs beside Talos.
   */
  overlay?: {
    /**
     * Image that holds the overlay.
     */
    image: string;
    /**
     * Name of the overlay in that image.
     */
    name: string;
    /**
     * What the overlay itself understands.
     */
    options?: {
      [k: string]: unknown;
    };
  };
  /**
   * What is different from plain Talos.
   */
  customization?: {
    /**
     * Machine configuration inside of the image, in one line. nigari hands machine configurations to the machines instead.
     */
    embeddedMachineConfiguration?: string;
    /**
     * Kernel arguments; one that begins with a minus removes one of Talos' own. Their order counts.
     */
    extraKernelArgs?: string[];
    /**
     * Values that are in the META partition from the beginning.
     */
    meta?: {
      /**
       * Number of the value in the META partition, 0 to 255.
       */
      key: number;
      /**
       * The value itself, in one line.
       */
      value: string;
    }[];
    /**
     * What the image holds beside Talos itself.
     */
    systemExtensions?: {
      /**
       * Official system extensions, by the names that the Image Factory has for them.
       */
      officialExtensions?: string[];
    };
    /**
     * Boot loader of the disk image. Not set: sd-boot for UEFI and GRUB for BIOS; with secure boot always sd-boot.
     */
    bootloader?: 'dual-boot' | 'sd-boot' | 'grub';
    /**
     * How the keys of secure boot get into the firmware.
     */
    secureboot?: {
      /**
       * When sd-boot enrolls the keys: if-safe does so in a virtual machine alone.
       */
      enrollKeys?: 'manual' | 'if-safe' | 'force';
      /**
       * Enroll Microsoft's certificates too, which the firmware of some devices is signed with.
       */
      includeWellKnownCertificates?: boolean;
    };
    /**
     * How the disk image is made.
     */
    diskImage?: {
      /**
       * Bytes in a sector of the disk image.
       */
      sectorSize?: number;
    };
  };
}
