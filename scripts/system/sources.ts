/** The texts that code frames are cut from, read when there are problems to show. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText, MAX_INPUT_BYTES } from '../config/decode.ts';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import type { Problem } from '../problem.ts';
import { codeFrames } from '../report/frames.ts';
import type { Frame } from '../report/text.ts';

/** What people write; what is generated or sealed is never shown, nor what lies elsewhere. */
function isWritten(file: string): boolean {
  const [folder, ...inside] = file.split('/');
  return folder === 'templates' && inside.length > 0 && !inside.includes('..');
}

/**
 * Frames for lists of problems; the files are read anew for each list.
 * @param root absolute path of the project
 */
export function projectFrames(root: string): (problems: readonly Problem[]) => Frame {
  return (problems) => {
    const named = problems.map(({ file }) => file ?? '').filter(isWritten);
    // The inputs also where no problem is about them: they say what is a secret.
    const files = new Set([CLUSTER_FILE, NODES_FILE, ...named]);
    const texts = new Map([...files].flatMap((file) => textOf(root, file).map((text) => [file, text] as const)));
    // Where they cannot be read, nobody knows what must not be shown.
    if (!texts.has(CLUSTER_FILE) && existsSync(join(root, CLUSTER_FILE))) return () => null;
    return codeFrames(texts);
  };
}

/** None for a file that is not there, is no file, or no text: then there is no frame, and a problem that says so. */
function textOf(root: string, file: string): readonly string[] {
  try {
    const found = statSync(join(root, file));
    if (!found.isFile() || found.size > MAX_INPUT_BYTES) return [];
    const text = decodeText({ path: file, bytes: readFileSync(join(root, file)) });
    return text.ok ? [text.value] : [];
  } catch {
    return [];
  }
}
