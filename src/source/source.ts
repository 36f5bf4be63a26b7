import { ConnectorError } from '../errors/connector-error.ts';
import type { SourceConnector } from '../protocol/connector.ts';
import { checkFailed, checkSucceeded } from '../protocol/make-message.ts';
import type { Session } from './session.ts';

const openSource = async (config: unknown, isToRead?: boolean): Promise<Session> =>
  (await import('./session.ts')).openSource(config, isToRead);

/** The nexus source. Each verb loads what it needs: `spec` must not pay for a database. */
export const nexusSource: SourceConnector = {
  spec: async () => (await import('./spec.ts')).sourceSpec(),
  validate: async (config) => {
    (await import('./config.ts')).parseSourceConfig(config);
  },
  async *check(config) {
    try {
      await using session = await openSource(config);
      yield checkSucceeded(await session.check());
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      yield checkFailed(error.message);
    }
  },
  async *discover(config) {
    await using session = await openSource(config, false);
    yield* session.catalog();
  },
  async *read({ config, ...request }) {
    await using session = await openSource(config);
    yield* session.read(request);
  },
  open: (config) => openSource(config),
};
