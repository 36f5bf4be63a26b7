import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Of a metadata.yaml: what a registry takes as it is, and what it calls otherwise. */
const metadata = z.object({
  data: z.looseObject({
    definitionId: z.uuid(),
    connectorSubtype: z.string(),
    registryOverrides: z.unknown(),
    connectorTestSuitesOptions: z.unknown(),
    connectorType: z.unknown(),
    tags: z.unknown(),
  }),
});

/**
 * A connector registry with both connectors, as the platform reads it at its start: metadata.yaml and spec.json of each, in
 * the registry's words.
 */
export function registry(): Record<string, unknown> {
  return {
    sources: [entryOf('', 'source')],
    destinations: [entryOf('destination-customer-io/', 'destination')],
  };
}

function entryOf(folder: string, role: 'source' | 'destination'): Record<string, unknown> {
  const { data } = metadata.parse(parse(text(`${folder}metadata.yaml`)));
  const {
    definitionId,
    connectorSubtype,
    registryOverrides: _registryOverrides,
    connectorTestSuitesOptions: _suites,
    connectorType: _type,
    tags: _tags,
    ...rest
  } = data;
  return {
    [`${role}DefinitionId`]: definitionId,
    ...(role === 'source' ? { sourceType: connectorSubtype } : {}),
    ...rest,
    language: 'typescript',
    public: true,
    custom: false,
    tombstone: false,
    spec: JSON.parse(text(`${folder}spec.json`)),
  };
}
