/** The marked block that `init` keeps in `.gitignore`; everything around it is the user's. */

const BEGIN = '# >>> nigari: secrets and files of this machine, never committed';
const END = '# <<< nigari';

/** What must not be committed. The inputs are meant where they lie, the rest wherever tofu, Talos or a crash leaves it. */
const PATTERNS = [
  '/cluster.yaml',
  'age.key',
  '*.tfstate*',
  'errored.tfstate',
  '*.tfplan',
  'tfplan',
  '.terraform/',
  'crash*.log',
  'kubeconfig',
  'talosconfig',
  '.nigari/cache/',
];

/**
 * @param text of the present `.gitignore`, empty when there is none
 * @returns the text with the block in its present form: in its old place, or at the end
 */
export function withIgnoreBlock(text: string): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const block = [BEGIN, ...PATTERNS, END].join(lineBreak);
  // The last one: behind a first line whose last line is gone stand lines of the user's.
  const from = text.lastIndexOf(BEGIN);
  const end = from < 0 ? -1 : text.indexOf(END, from);
  if (end >= 0) return text.slice(0, from) + block + text.slice(end + END.length);
  const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
  return `${before}${before === '' ? '' : lineBreak}${block}${lineBreak}`;
}
