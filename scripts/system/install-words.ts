/** How to get a program on this system: one line to copy. */
import type { ProgramName } from './programs.ts';

/** A program that installs programs, and its words for each of ours; where it has none, another is named. */
interface Manager {
  readonly name: string;
  readonly words: Partial<Readonly<Record<ProgramName, string>>>;
}

/** `nigari init` writes a mise.toml that pins them all. */
const mise: Manager = {
  name: 'mise',
  words: {
    tofu: 'mise install',
    talosctl: 'mise install',
    sops: 'mise install',
    age: 'mise install',
    task: 'mise install',
  },
};
const brew: Manager = {
  name: 'brew',
  words: {
    tofu: 'brew install opentofu',
    talosctl: 'brew install siderolabs/tap/talosctl',
    sops: 'brew install sops',
    age: 'brew install age',
    task: 'brew install go-task',
    git: 'brew install git',
  },
};
const apt: Manager = { name: 'apt-get', words: { age: 'sudo apt-get install age', git: 'sudo apt-get install git' } };
const dnf: Manager = {
  name: 'dnf',
  words: { tofu: 'sudo dnf install opentofu', age: 'sudo dnf install age', git: 'sudo dnf install git' },
};
const pacman: Manager = {
  name: 'pacman',
  words: {
    tofu: 'sudo pacman -S opentofu',
    sops: 'sudo pacman -S sops',
    age: 'sudo pacman -S age',
    git: 'sudo pacman -S git',
  },
};
const winget: Manager = {
  name: 'winget',
  words: {
    tofu: 'winget install OpenTofu.Tofu',
    sops: 'winget install SecretsOPerationS.SOPS',
    age: 'winget install FiloSottile.age',
    task: 'winget install Task.Task',
    git: 'winget install Git.Git',
  },
};
const scoop: Manager = {
  name: 'scoop',
  words: {
    tofu: 'scoop install opentofu',
    sops: 'scoop install sops',
    age: 'scoop bucket add extras; scoop install age',
    task: 'scoop install task',
    git: 'scoop install git',
  },
};

/** In the order in which they are looked for; the last one is named when none is there. */
const MANAGERS: Readonly<Record<string, readonly Manager[]>> = {
  darwin: [mise, brew],
  win32: [winget, scoop, mise],
  linux: [mise, brew, apt, dnf, pacman],
};

/** Where a person finds the ways that we do not know. */
const PAGES: Readonly<Record<ProgramName, string>> = {
  tofu: 'https://opentofu.org/docs/intro/install/',
  talosctl: 'https://www.talos.dev/latest/talos-guides/install/talosctl/',
  sops: 'https://getsops.io/docs/',
  age: 'https://github.com/FiloSottile/age#installation',
  task: 'https://taskfile.dev/installation/',
  git: 'https://git-scm.com/downloads',
};

/** The programs that `howToGet` would like to know about on a platform. */
export function managersOf(platform: string): readonly string[] {
  return (MANAGERS[platform] ?? []).map((manager) => manager.name);
}

/**
 * @param platform as `process.platform`
 * @param present which of `managersOf(platform)` are there
 * @returns a command to copy, or the page that explains it
 */
export function howToGet(program: ProgramName, platform: string, present: ReadonlySet<string>): string {
  const managers = (MANAGERS[platform] ?? []).filter((manager) => present.has(manager.name));
  return (
    managers.map((manager) => manager.words[program]).find((words) => words !== undefined) ?? `see ${PAGES[program]}`
  );
}
