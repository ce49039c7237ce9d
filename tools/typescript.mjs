/** TypeScript of this repository that plain Node is to run: bundled as the program itself is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** CommonJS packages call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as nigariRequire } from 'node:module';\nconst require = nigariRequire(import.meta.url);`;

/**
 * Bundles each source into a file of its own, in a folder that is gone after `use`.
 * @param {readonly string[]} sources
 * @param {(path: (name: string) => string, folder: string) => unknown} use gets what finds a bundle by the name of its source
 */
export async function bundled(sources, use) {
  const folder = await mkdtemp(join(tmpdir(), 'nigari-bundled-'));
  try {
    await build({
      entryPoints: [...sources],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      banner: { js: REQUIRE },
      logLevel: 'warning',
    });
    return await use((name) => join(folder, basename(name).replace(/\.ts$/, '.mjs')), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
