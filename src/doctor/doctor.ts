import { type DestinationConfig, destinationConfig, parseDestinationConfig } from '../destination/config.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { readStart } from '../source/changes/cursor/clock.ts';
import { openSource } from '../source/session.ts';
import { examineStreams } from './examine.ts';
import { type Finding, type Report, reportOf } from './finding.ts';
import { examineIdentifiers } from './identifiers.ts';
import type { Delivery } from './subject.ts';

/**
 * Says, from the data, what a sync with these configurations would meet. Without a destination, its defaults hold.
 *
 * @throws ConnectorError where the source's configuration is wrong or the warehouse cannot be reached.
 */
export async function diagnose(source: unknown, destination: unknown, signal: AbortSignal): Promise<Report> {
  const { delivery, findings } = deliveryOf(destination);
  await using session = await openSource(source, false);
  const { config, plan } = session;
  const examination = { plan, delivery, now: readStart() };
  const streams = await examineStreams(config, examination, signal);
  const nothing = streams.length > 0 && streams.every(({ models }) => models.length === 0);
  const identifiers = signal.aborted ? [] : await examineIdentifiers(plan);
  const all = [...findings, ...identifiers];
  return reportOf(nothing ? [...all, nothingToRead] : all, streams);
}

const nothingToRead: Finding = {
  code: 'no_model',
  severity: 'error',
  message:
    'Nothing can be read: no stream has a model, and the warehouse has none of the tables that the shipped models read.',
  mend: 'Name models in the configuration, or make sure that warehouse.schema is the one that nexus filled.',
};

const defaults: DestinationConfig = destinationConfig.parse({ site_id: '-', api_key: '-' });

/** A destination that is wrong is said, and the source's data are looked at all the same. */
function deliveryOf(config: unknown): { delivery: Delivery; findings: Finding[] } {
  if (config === undefined) return { delivery: defaults, findings: [] };
  try {
    return { delivery: parseDestinationConfig(config), findings: [] };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const finding: Finding = { code: 'destination_config', severity: 'error', message: error.message };
    return { delivery: defaults, findings: [finding] };
  }
}
