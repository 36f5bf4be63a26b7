/**
 * Writes spec.json of both connectors from what their `spec` says, a registry of both, and the schema of a run's line of
 * JSON. After a change of a config, of a metadata.yaml, or of what is told of a run:
 *
 *   node integration_tests/support/write-spec-files.ts && npm run format
 *
 * At a release it also keeps a copy that later versions must stay compatible with:
 *
 *   node integration_tests/support/write-spec-files.ts --release
 */
import { readFile, writeFile } from 'node:fs/promises';
import { destinationSpec } from '../../src/destination/spec.ts';
import { summarySchema } from '../../src/protocol/run-account.ts';
import { sourceSpec } from '../../src/source/spec.ts';
import { syncFileSchema } from '../../src/sync/sync-schema.ts';
import { registry } from './registry.ts';

const root = new URL('../../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string };

const files: readonly (readonly [string, string, unknown])[] = [
  ['spec.json', 'source', sourceSpec()],
  ['destination-customer-io/spec.json', 'destination', destinationSpec()],
];
for (const [path, role, spec] of files) {
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  await writeFile(new URL(path, root), text);
  if (process.argv.includes('--release')) {
    await writeFile(new URL(`integration_tests/golden/specs/${version}-${role}.json`, root), text);
  }
}
await writeFile(
  new URL('docs/sync.schema.json', root),
  `${JSON.stringify(syncFileSchema(sourceSpec().connectionSpecification, destinationSpec().connectionSpecification), null, 2)}\n`,
);
await writeFile(new URL('docs/summary.schema.json', root), `${JSON.stringify(summarySchema(), null, 2)}\n`);
await writeFile(
  new URL('deploy/airbyte/registries/v0/oss_registry.json', root),
  `${JSON.stringify(registry(), null, 2)}\n`,
);
