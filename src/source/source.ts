import type { SourceConnector } from '../protocol/connector.ts';

/** The nexus source. Each method loads what it needs: `spec` must not pay for a database. */
export const nexusSource: SourceConnector = {
  spec: async () => (await import('./spec.ts')).sourceSpec(),
  async *check(config) {
    yield* (await import('./check.ts')).check(config);
  },
  async *discover(config) {
    yield* (await import('./discover.ts')).discover(config);
  },
  async *read(request) {
    yield* (await import('./read.ts')).read(request);
  },
};
