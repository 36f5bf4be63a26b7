import { configError } from '../../errors/connector-error.ts';
import type {
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  DestinationSyncMode,
} from '../../protocol/messages.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { DestinationConfig } from '../config.ts';
import type { StreamMapping } from '../mapping/stream-mapping.ts';
import { templates } from '../mapping/templates/templates.ts';

/** What decides which modes there are. */
export type ModeConfig = Pick<DestinationConfig, 'api' | 'removals'>;

function policyOf({ removals }: ModeConfig, kind: StreamName): string {
  const policies: Readonly<Partial<Record<StreamName, string>>> = removals;
  return policies[kind] ?? 'ignore';
}

/** Events are sent and stay; of all else a later record tells how it is now. */
const isForEver = (kind: StreamName): boolean => templates[kind].removed === undefined;
const isPerson = (kind: StreamName): boolean => templates[kind].attributesOf === 'person';

/**
 * The modes that mean for records of a kind what their names say. Customer.io merges what it gets into the person, object
 * or relationship with the same key; an event can neither be changed nor taken back; only people can be updated
 * without being created, and only by the Track API.
 */
export function offeredModes(kind: StreamName, config: ModeConfig): readonly DestinationSyncMode[] {
  if (isForEver(kind)) return ['append'];
  return [
    'append_dedup',
    ...(canUpdate(kind, config) ? (['update'] as const) : []),
    ...(policyOf(config, kind) === 'ignore' ? [] : (['soft_delete'] as const)),
  ];
}

const canUpdate = (kind: StreamName, { api }: ModeConfig): boolean => isPerson(kind) && api === 'track';

/** @throws ConnectorError for a stream whose mode cannot be done. */
export function checkModes(plans: Iterable<StreamMapping>, config: ModeConfig): void {
  for (const { key, kind, mode } of plans) {
    const why = mode === 'update' && !canUpdate(kind, config) ? whyNoUpdate(kind) : undefined;
    const stays = mode === 'remove' && isForEver(kind);
    const problem = stays ? 'Customer.io cannot take an event back. Use "append".' : why;
    const name = mode === 'update' ? 'update' : 'soft_delete';
    if (problem !== undefined)
      throw configError(`The stream "${key}" has the sync mode "${name}": ${problem}`, { stream: key });
  }
}

const whyNoUpdate = (kind: StreamName): string =>
  isPerson(kind)
    ? 'the Pipelines API cannot update a person without creating them. Use the Track API, or "append_dedup".'
    : `Customer.io updates only persons without creating them, not ${kind}. Use "${isForEver(kind) ? 'append' : 'append_dedup'}".`;

/** What a person may expect of a mode and does not get. */
export function modeWarnings(
  catalog: ConfiguredAirbyteCatalog,
  plans: Iterable<StreamMapping>,
  config: ModeConfig,
): string[] {
  const emptied = catalog.streams.filter(isEmptied).map(({ stream }) => emptiesNothing(stream.name));
  const ignored = [...plans]
    .filter(({ mode, kind }) => mode === 'remove' && policyOf(config, kind) === 'ignore')
    .map(({ key, kind }) => removesNothing(key, kind));
  return [...emptied, ...ignored];
}

/** The platform asks for what earlier generations sent to be gone: by the mode, or by a refresh that removes records. */
function isEmptied(configured: ConfiguredAirbyteStream): boolean {
  const { destination_sync_mode, generation_id = 0, minimum_generation_id = 0 } = configured;
  const isNewGeneration = minimum_generation_id > 0 && minimum_generation_id === generation_id;
  return destination_sync_mode === 'overwrite' || isNewGeneration;
}

const emptiesNothing = (stream: string): string =>
  `Stream "${stream}": nothing is removed from Customer.io, although the sync mode means to replace what earlier syncs sent. Its records are created or updated; everything else stays.`;

const removesNothing = (stream: string, kind: StreamName): string =>
  `Stream "${stream}": its mode is "soft_delete", but removals.${kind} is "ignore". Its records are accepted, but nothing is removed.`;
