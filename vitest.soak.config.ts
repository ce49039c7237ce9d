import { defineConfig, mergeConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

const HOUR = 3_600_000;

/** The long versions: `npm run soak`, or `npm run soak -- NAME` for those whose path holds NAME. */
export default mergeConfig(
  { ...everyday, test: { ...everyday.test, include: [], exclude: [], setupFiles: [] } },
  defineConfig({
    test: {
      include: ['test/soak/**/*.soak.test.ts'],
      testTimeout: HOUR,
      hookTimeout: HOUR,
      // A name that matches nothing is a mistake, not a success.
      passWithNoTests: false,
    },
  }),
);
