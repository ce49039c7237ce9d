/**
 * The subcommands of OpenTofu that nigari runs, and what each cannot do without.
 * Source: https://opentofu.org/docs/cli/commands/
 */

/**
 * What a subcommand wants: nothing but the files; providers to be installed; the state, hence its server and passphrase;
 * Proxmox VE as well.
 */
export type Needs = 'files' | 'providers' | 'state' | 'everything';

export interface Subcommand {
  /** As tofu calls it: `state list`. */
  readonly words: readonly string[];
  /** Options that it always gets. */
  readonly always: readonly string[];
  readonly needs: Needs;
  /** Of those that a user calls as they are: whether it asks Proxmox VE, as a console does not. */
  readonly asksProxmox?: boolean;
}

/** Only some of them know `-input`. */
const UNASKED = ['-input=false'];

export const SUBCOMMANDS = {
  init: { words: ['init'], always: UNASKED, needs: 'state' },
  'init-providers': { words: ['init'], always: [...UNASKED, '-backend=false'], needs: 'files' },
  'providers-lock': {
    words: ['providers', 'lock'],
    always: [],
    needs: 'files',
  },
  plan: { words: ['plan'], always: UNASKED, needs: 'everything' },
  apply: { words: ['apply'], always: UNASKED, needs: 'everything' },
  output: { words: ['output'], always: [], needs: 'state' },
  show: { words: ['show'], always: [], needs: 'state' },
  'state-list': { words: ['state', 'list'], always: [], needs: 'state' },
  'state-pull': { words: ['state', 'pull'], always: [], needs: 'state' },
  'state-rm': { words: ['state', 'rm'], always: [], needs: 'state' },
  'state-push': { words: ['state', 'push'], always: [], needs: 'state' },
  // Takes the lock, finds nothing, and writes nothing: the only way to ask any backend who holds it.
  'lock-probe': { words: ['untaint'], always: ['-allow-missing'], needs: 'state' },
  refresh: { words: ['refresh'], always: UNASKED, needs: 'everything', asksProxmox: true },
  import: { words: ['import'], always: UNASKED, needs: 'everything', asksProxmox: true },
  'force-unlock': { words: ['force-unlock'], always: ['-force'], needs: 'state' },
  validate: { words: ['validate'], always: [], needs: 'providers' },
  fmt: { words: ['fmt'], always: ['-recursive'], needs: 'files' },
  console: { words: ['console'], always: [], needs: 'everything' },
} as const satisfies Readonly<Record<string, Subcommand>>;

export type SubcommandName = keyof typeof SUBCOMMANDS;
