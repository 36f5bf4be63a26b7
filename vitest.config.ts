import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'integration_tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that asserts nothing is a defect, not a pass.
    expect: { requireAssertions: true },
  },
});
