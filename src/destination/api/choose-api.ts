import type { DestinationConfig } from '../config.ts';
import type { Api } from './api.ts';

/** Loaded when chosen: neither pays for the other. */
export async function apiOf({ api }: Pick<DestinationConfig, 'api'>): Promise<Api> {
  if (api === 'pipelines') return (await import('./pipelines/pipelines.ts')).pipelinesApi;
  return (await import('./track/track.ts')).trackApi;
}
