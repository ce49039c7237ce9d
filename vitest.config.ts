import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Where to put a machine-readable report beside the one on the screen, if anywhere. */
const report = process.env['NIGARI_TEST_REPORT'];

export default defineConfig({
  // What tools/build.mjs puts into the bundle.
  define: { NIGARI_VERSION: JSON.stringify(version) },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/soak/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/seeded.ts'],
    // Real tools take seconds to start on a busy machine; nothing here measures time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Tests run programs, change directories and set modes: each file in a process of its own. Many wait for others to be done.
    pool: 'forks',
    maxWorkers: availableParallelism() + 1,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
