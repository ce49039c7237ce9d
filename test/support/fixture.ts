/** The folders of `test/fixtures/invalid`: each breaks one rule, at a line that is marked, and says how it is mended. */
import { existsSync, readdirSync } from 'node:fs';
import { readText } from './input.ts';

const FOLDER = 'test/fixtures/invalid';

/** Ends the line that the finding is on. */
const MARK = '# <- here';
/** Ends a line that is not there any more when it is mended. */
const GONE = '# <- too';
/** Begins, below the marked line, each line that stands there instead when it is mended. */
const INSTEAD = '#+';

export type Texts = Readonly<Record<'cluster.yaml' | 'nodes.yaml', string>> & { readonly 'cluster.sops.yaml'?: string };
type FileName = keyof Texts;
const FILES: readonly FileName[] = ['cluster.yaml', 'nodes.yaml', 'cluster.sops.yaml'];

export interface Fixture {
  readonly code: string;
  readonly texts: Texts;
  /** Where the mark is. */
  readonly file: FileName;
  readonly line: number;
  /** Both files as they are right. */
  readonly mended: Texts;
}

export const fixtureCodes: readonly string[] = readdirSync(new URL(`../../${FOLDER}`, import.meta.url)).toSorted();

/** @throws unless one line of the files is marked */
export function fixture(code: string): Fixture {
  const text = (file: FileName): string => readText(`${FOLDER}/${code}/${file}`);
  const sealed = existsSync(new URL(`../../${FOLDER}/${code}/cluster.sops.yaml`, import.meta.url));
  const texts: Texts = {
    'cluster.yaml': text('cluster.yaml'),
    'nodes.yaml': text('nodes.yaml'),
    ...(sealed && { 'cluster.sops.yaml': text('cluster.sops.yaml') }),
  };
  const marks = FILES.flatMap((file) =>
    (texts[file] ?? '').split('\n').flatMap((line, index) => (line.endsWith(MARK) ? [{ file, line: index + 1 }] : [])),
  );
  const [mark, ...others] = marks;
  if (mark === undefined || others.length > 0) throw new Error(`the fixture ${code} has not one mark`);
  return { code, texts, ...mark, mended: { ...texts, [mark.file]: mended(texts[mark.file] ?? '') } };
}

function mended(text: string): string {
  const kept = text.split('\n').filter((line) => !line.endsWith(MARK) && !line.endsWith(GONE));
  return kept.map((line) => (line.startsWith(INSTEAD) ? line.slice(INSTEAD.length) : line)).join('\n');
}
