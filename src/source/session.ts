import type { SessionRead, SourceOutput, SourceSession } from '../protocol/connector.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { readiness } from './check.ts';
import { parseSourceConfig, type SourceConfig } from './config.ts';
import { catalog } from './discover.ts';
import { openPlan, type Plan } from './plan/plan.ts';
import { read } from './read.ts';

/**
 * A source that is open: one connection, one list of the warehouse's tables, and each model described once. The Airbyte
 * verbs, sync, doctor and compile all stand on it.
 */
export class Session implements SourceSession {
  readonly config: SourceConfig;
  readonly plan: Plan;

  constructor(config: SourceConfig, plan: Plan) {
    this.config = config;
    this.plan = plan;
  }

  /** Every stream that the warehouse fills, with the exact schema of its records; what is to be said comes first. */
  catalog(): AsyncGenerator<AirbyteMessage> {
    return catalog(this.plan, this.config);
  }

  /** What can be read, in words. @throws ConnectorError that says what keeps `read` from it */
  check(): Promise<string> {
    return readiness(this.plan, this.config);
  }

  /** The catalog's streams one after another; one that fails says so, and the others go on. */
  read(request: SessionRead): AsyncGenerator<SourceOutput> {
    return read(this.plan, this.config, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { snapshots, warehouse } = this.plan;
    if ('registry' in snapshots) await snapshots.release().catch(() => undefined);
    await warehouse.close();
  }
}

/**
 * Only what reads records needs snapshots, and keeps others from the warehouse for it.
 *
 * @throws ConnectorError where the config is wrong, or the warehouse cannot be reached
 */
export async function openSource(config: unknown, isToRead = true): Promise<Session> {
  const parsed = parseSourceConfig(config);
  return new Session(parsed, await openPlan(parsed, isToRead));
}
