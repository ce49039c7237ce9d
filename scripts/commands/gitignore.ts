/** The marked block that `init` keeps in `.gitignore`; everything around it is the user's. */
import { SECRET_NAMES } from '../secrets/leaks/names.ts';

const BEGIN = '# >>> nigari: secrets and files of this machine, never committed';
const END = '# <<< nigari';

/** What must not be committed. The inputs are meant where they lie, the rest wherever tofu, Talos or a crash leaves it. */
const PATTERNS = [...SECRET_NAMES.map(({ pattern }) => pattern), '.nigari/cache/'];

const CONFIG = '/cluster.yaml';

/** Whether git is kept from cluster.yaml. A block that is there without that line says that the file is to be committed. */
function ignoresConfig(block: string): boolean {
  return block === '' || block.split(/\r?\n/).includes(CONFIG);
}

/**
 * @param text of the present `.gitignore`, empty when there is none
 * @param isConfigCommitted takes cluster.yaml out of the block, for good
 * @returns the text with the block in its present form: in its old place, or at the end
 */
export function withIgnoreBlock(text: string, isConfigCommitted = false): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  // The last one: behind a first line whose last line is gone stand lines of the user's.
  const from = text.lastIndexOf(BEGIN);
  const end = from < 0 ? -1 : text.indexOf(END, from);
  const ignored = !isConfigCommitted && ignoresConfig(end < 0 ? '' : text.slice(from, end));
  const block = [BEGIN, ...(ignored ? [CONFIG] : []), ...PATTERNS, END].join(lineBreak);
  if (end >= 0) return text.slice(0, from) + block + text.slice(end + END.length);
  const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
  return `${before}${before === '' ? '' : lineBreak}${block}${lineBreak}`;
}
