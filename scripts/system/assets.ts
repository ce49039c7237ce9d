/** Where the files lie that come with nigari: `templates/`, `schemas/`, the examples. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MARKS = ['package.json', 'templates', 'schemas'];

/**
 * The package's root: the nearest folder above the running file that has them all, be it `scripts/system/…` in a clone
 * or `dist/nigari.js` in `node_modules`.
 * @param from URL of a module of the package
 * @throws when the installation is damaged
 */
export function assetsDirectory(from: string = import.meta.url): string {
  const start = dirname(fileURLToPath(from));
  for (let folder = start; ; folder = dirname(folder)) {
    if (MARKS.every((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) throw new Error(`nigari's own templates are not above ${start}: install it again`);
  }
}

/** The text of a file of the package: `cluster.yaml.example`. */
export function readAsset(path: string): Promise<string> {
  return readFile(join(assetsDirectory(), path), 'utf8');
}
