import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { type Ended, run, type StartOptions } from '../support/processes.ts';

/** What stands in a folder of its own, and is told to a command there. */
export interface Mistake {
  readonly what: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** 1 by default. */
  readonly code?: number;
  /** What the answer says: what is wrong, where, and how to mend it. */
  readonly says: readonly (string | RegExp)[];
  readonly never?: readonly (string | RegExp)[];
}

/** Words of the parser's, the validator's and the language's that mean nothing to who reads them. */
const jargon =
  /expected string|received|Too small|Invalid input|nested mappings|compact mapping|discriminator|ZodError|Unexpected token|\bat [\w.]+ \(|node:internal|undefined|\[object/i;

export interface Bench {
  /** Of the folder and the local Customer.io: `source` and `more` are the lines of a sync file. */
  sync(parts?: { readonly source?: string; readonly destination?: string; readonly more?: string }): string;
  answer(mistake: Mistake): Promise<Ended>;
}

/** A folder with a warehouse, and a local Customer.io, for a file of tests. */
export function bench(statements: readonly string[] = []): Bench {
  let folder: string;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mistakes-'));
    simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
    const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
    const connection = await instance.connect();
    for (const sql of [entities, ...statements]) await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });
  return {
    sync: ({ source = '', destination = '', more = 'state: state.json' } = {}) => `source:
  warehouse: {type: duckdb, path: w.duckdb}
${source}destination:
  site_id: site
  api_key: key
  endpoint: %{MISTAKES_ENDPOINT}
${destination}${more}
`,
    async answer({ files = {}, args, env }) {
      for (const [name, content] of Object.entries(files))
        await writeFile(join(folder, name), withVariables(content));
      const options: StartOptions = { cwd: folder, env: { ...env, MISTAKES_ENDPOINT: simulator.url } };
      await rm(join(folder, 'state.json'), { force: true });
      return run('nexus-customer-io', args, options);
    },
  };
}

/** `%{NAME}` stands for a variable, which no text of a test may hold as it is written. */
function withVariables(content: string | Buffer): string | Buffer {
  return typeof content === 'string' ? content.replaceAll('%{', '$'.concat('{')) : content;
}

const entities = `CREATE TABLE nexus_entities AS SELECT 'e1' AS entity_id, 'person' AS entity_type, 'u1' AS user_id,
  'a@x.io' AS email, 'active' AS status, TIMESTAMP '2025-01-01' AS _updated_at`;

/** Exit code, what is said and what never: the same of every mistake. */
export function expectAnswer(
  { code, stdout, stderr }: Ended,
  { says, never = [], ...mistake }: Mistake,
): void {
  const said = `${stderr}${stdout.replace(/^\{"run_id".*$/m, '')}`;
  expect(code, said).toBe(mistake.code ?? 1);
  for (const part of says) {
    if (typeof part === 'string') expect(said).toContain(part);
    else expect(said).toMatch(part);
  }
  for (const part of [jargon, /^\s+at /m, ...never]) {
    if (typeof part === 'string') expect(stdout + stderr).not.toContain(part);
    else expect(said).not.toMatch(part);
  }
}
