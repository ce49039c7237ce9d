/** What a person put where nigari writes, and the ways on. */
import { posix } from 'node:path';
import { shellQuoted } from '../completion/quote.ts';
import type { Problem } from '../problem.ts';
import type { Sealed } from '../types.ts';

const STOPS = '`nigari configure` stops here and writes nothing. Three ways on:';

/** Whether a problem is a file that `configure` does not overwrite unasked. */
export const isInTheWay = ({ code }: Problem): boolean => ['foreign-file', 'edited-file'].includes(code);

/** A file that we did not make. */
export const foreignFile = ({ path, template }: Sealed): Problem => ({
  code: 'foreign-file',
  severity: 'error',
  file: path,
  message: `${path} is there, and nigari did not make it`,
  hint: [
    STOPS,
    `move it away:       mv ${path} ${path}.old`,
    `keep what it says:  make it your own template, ${template}`,
    'overwrite it:       nigari configure --force',
  ].join('\n'),
});

/**
 * A file that we made and somebody edited. A sealed one comes from the inputs: its template holds no value.
 * @param source where its template lies, if that came with nigari and one's own is still to be made of it
 */
export const editedFile = ({ path, template, secret }: Sealed, source: string | null): Problem => ({
  code: 'edited-file',
  severity: 'error',
  file: path,
  message: `${path} was edited since nigari wrote it`,
  hint: [
    STOPS,
    secret
      ? 'make the edit last:  set the value in cluster.yaml or cluster.sops.yaml: nigari secrets set NAME'
      : `make the edit last:  ${source === null ? `put it into ${template}` : overriding(template, source)}`,
    'leave it for now:    nigari configure --keep-edits',
    'overwrite it:        nigari configure --force',
  ].join('\n'),
});

/** @see README.md, "Templates": the file at the same path takes the place of the built-in one */
function overriding(template: string, source: string): string {
  const folder = posix.dirname(template);
  const [from, to] = [source, folder].map((path) => (/^[\w./:@+-]+$/.test(path) ? path : shellQuoted(path)));
  return `put it into a template of your own: mkdir -p ${to} && cp ${from} ${to}/`;
}

/** One that nothing makes any more. */
export const editedLeftOver = (path: string): Problem => ({
  code: 'edited-left-over',
  severity: 'warning',
  file: path,
  message: `${path} is no longer made, but was edited since nigari wrote it: it stays`,
  hint: 'remove it when nothing in it is needed, or run `nigari configure --force`',
});
