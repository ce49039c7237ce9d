/** The marked block that `init` keeps in `.gitignore`. */
import { SECRET_NAMES } from '../../secrets/leaks/names.ts';
import { JOURNAL } from '../../system/cut-short.ts';
import { withBlock, type Marks } from './marked-block.ts';

const MARKS: Marks = {
  begin: '# >>> nigari: secrets and files of this machine, never committed',
  end: '# <<< nigari',
};

/** What must not be committed. The inputs are meant where they lie, the rest wherever tofu, Talos or a crash leaves it. */
const PATTERNS = [...SECRET_NAMES.map(({ pattern }) => pattern), '.nigari/cache/', JOURNAL];

const CONFIG = '/cluster.yaml';

/** Whether git is kept from cluster.yaml. A block that is there without that line says that the file is to be committed. */
function ignoresConfig(block: string): boolean {
  return block === '' || block.split(/\r?\n/).includes(CONFIG);
}

/**
 * @param text of the present `.gitignore`, empty when there is none
 * @param isConfigCommitted takes cluster.yaml out of the block, for good
 */
export function withIgnoreBlock(text: string, isConfigCommitted = false): string {
  return withBlock(text, MARKS, (now) => {
    const ignored = !isConfigCommitted && ignoresConfig(now);
    return [...(ignored ? [CONFIG] : []), ...PATTERNS];
  });
}
