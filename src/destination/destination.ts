import type { DestinationConnector } from '../protocol/connector.ts';

/** The Customer.io destination. Each method loads what it needs: `spec` must not pay for a client. */
export const customerIoDestination: DestinationConnector = {
  spec: async () => (await import('./spec.ts')).destinationSpec(),
  validate: async (config) => {
    (await import('./config.ts')).parseDestinationConfig(config);
  },
  async *check(config) {
    yield* (await import('./check.ts')).check(config);
  },
  async *discover(config) {
    yield* (await import('./modes/discover.ts')).discover(config);
  },
  account: async (config) => (await import('./settlement/account.ts')).accountOf(config),
  async *write(request) {
    yield* (await import('./write.ts')).write(request);
  },
};
