/** Files that hold secrets in clear, or may, by their names: what git is told to ignore, and what it must not take. */
import type { Problem } from '../../problem.ts';
import type { Kept } from './credentials.ts';

interface SecretName {
  /** As in `.gitignore`: at any depth; `*` is any part of a name, `/` at the end means all that is below. */
  readonly pattern: string;
  readonly what: string;
}

export const SECRET_NAMES: readonly SecretName[] = [
  { pattern: 'age.key', what: 'a private age key' },
  { pattern: '*.tfstate*', what: 'a state of OpenTofu' },
  { pattern: 'errored.tfstate', what: 'a state of OpenTofu' },
  { pattern: '*.tfplan', what: 'a plan of OpenTofu' },
  { pattern: 'tfplan', what: 'a plan of OpenTofu' },
  { pattern: '.terraform/', what: 'a working file of OpenTofu' },
  { pattern: 'crash*.log', what: 'the log of a crash' },
  { pattern: 'kubeconfig', what: 'an access to Kubernetes' },
  { pattern: 'talosconfig', what: 'an access to Talos' },
  { pattern: 'talsecret.yaml', what: 'the secrets of a Talos cluster' },
  { pattern: 'clusterconfig/', what: 'a machine configuration of Talos' },
];

const MATCHERS = SECRET_NAMES.map(({ pattern, what }) => ({ what, matches: matcher(pattern) }));

function matcher(pattern: string): RegExp {
  const name = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`(^|/)${name}${name.endsWith('/') ? '' : '$'}`);
}

/**
 * At most one problem, of code `secret-file`.
 * @param files that the settings of the project name
 */
export function secretName(path: string, files: ReadonlyMap<string, Kept>): readonly Problem[] {
  const what = MATCHERS.find(({ matches }) => matches.test(path))?.what;
  if (what !== undefined) return [secretFile(path, `this is ${what} by its name: it may hold secrets in clear`)];
  return files.get(path) === 'clear' ? [secretFile(path, 'cluster.yaml names this as a file of secrets in clear')] : [];
}

const secretFile = (file: string, message: string): Problem => ({
  code: 'secret-file',
  severity: 'error',
  message,
  file,
});
