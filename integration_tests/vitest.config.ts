import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The suites that `npm test` leaves out: they need an account or its double, or take minutes. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['integration_tests/**/*.suite.ts'],
    // A suspended Snowflake warehouse takes seconds to start, and the driver's patience lasts two minutes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { requireAssertions: true },
  },
});
