import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { aimLine } from './aims.ts';

/**
 * `compile` of a folder of 400 models, as a process: chains of ten references, macros, vars, and every fortieth
 * calls customer_io_identify. The aim is less than a second; the floor is `spec`, which compiles nothing.
 */
const count = 400;
const folder = mkdtempSync(join(tmpdir(), 'bench-compile-'));
const models = join(folder, 'models');
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function textOf(index: number): string {
  if (index % 40 === 0) return '{{ nexus.customer_io_identify(user_id_column="email") }}';
  const from = index % 10 === 0 ? 'nexus_entities' : `m${index - 1}`;
  return `{{ config(materialized='view', tags=['a']) }}
{% set columns = ['email', 'user_id'] %}
select {% for c in columns %}{{ trimmed(c) }} as {{ c }}{{ ', ' if not loop.last }}{% endfor %}
from {{ ref('${from}') }} where email is not null and '{{ var('v', 'x') }}' <> ''`;
}

async function prepare(): Promise<string> {
  mkdirSync(join(folder, 'macros'), { recursive: true });
  mkdirSync(models);
  writeFileSync(join(folder, 'macros/t.sql'), '{% macro trimmed(c) %}trim({{ c }}::varchar){% endmacro %}');
  for (let index = 0; index < count; index += 1) {
    // customer_io_identify gives its columns other names, so nothing reads those models.
    const text = index % 40 === 1 ? textOf(10) : textOf(index);
    writeFileSync(join(models, `m${index}.sql`), text);
  }
  const path = join(folder, 'w.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE nexus_entities AS SELECT 'e' AS entity_id, 'person' AS entity_type, 'u' AS user_id,
    'a@x.io' AS email, TIMESTAMP '2025-01-01' AS _updated_at, TIMESTAMP '2025-01-01' AS _created_at`);
  connection.closeSync();
  instance.closeSync();
  const persons = Array.from({ length: count }, (_, index) => ({ from: 'model', name: `m${index}` }));
  const config = join(folder, 'config.json');
  const warehouse = { type: 'duckdb', path };
  const none = { objects: [], relationships: [], events: [] };
  writeFileSync(config, JSON.stringify({ warehouse, models, persons, ...none }));
  return config;
}

function seconds(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(stderr.toString());
  return (performance.now() - start) / 1000;
}

function median(run: () => number): number {
  const times = [run(), run(), run(), run(), run()].sort((a, b) => a - b);
  return times[2] ?? 0;
}

const config = await prepare();
const compiled = median(() => seconds(['compile', '--config', config]));
const spec = median(() => seconds(['spec']));
process.stdout.write(
  `compile of ${count} models  ${compiled.toFixed(2)} s\nspec                   ${spec.toFixed(2)} s\n`,
);
process.stdout.write(aimLine({ what: `compile of ${count} models: seconds`, ratio: compiled, atMost: 1 }));
rmSync(folder, { recursive: true });
