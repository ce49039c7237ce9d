/** `language-server` and `check --watch`, bundled as a release is, and run by plain node. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import { copyOfProject, ROOT, temporaryFolder } from './copy.ts';

/** What cli.ts does for these two commands. */
const ENTRIES = {
  'language-server': `
import process from 'node:process';
import { languageServer } from './scripts/commands/language-server/language-server.ts';

process.exitCode = await languageServer({ signal: new AbortController().signal });
`,
  watch: `
import process from 'node:process';
import { watch } from './scripts/commands/watch.ts';
import { reporterFor } from './scripts/system/terminal.ts';

const { stdout, stderr, env, platform, argv } = process;
const controller = new AbortController();
process.on('SIGINT', () => controller.abort());
const json = argv.includes('--json');
const reporter = reporterFor({ stdout, stderr, env, noColor: true, data: json });
const context = { root: process.cwd(), env, platform, reporter, json, terminal: stdout.isTTY, signal: controller.signal };
process.exitCode = await watch(context);
`,
} as const;

/** Bundles into a folder that is gone after the suite. @returns the path of the program */
export async function editorBundle(command: keyof typeof ENTRIES): Promise<string> {
  const folder = await temporaryFolder(afterAll);
  await copyOfProject(folder, ['package.json', 'templates', 'schemas']);
  await mkdir(join(folder, 'dist'));
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'docs', 'rules.md'), '# Rules\n\n## unknown-key\n');
  const outfile = join(folder, 'dist', 'entry.js');
  await build({
    stdin: { contents: ENTRIES[command], resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['@cdktn/*', 'chokidar', 'fsevents'],
    define: { NIGARI_VERSION: '"0.0.0-test"' },
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}
