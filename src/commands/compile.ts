import { learnSecrets, runForPerson } from '../cli/command.ts';
import { readSourceConfig } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { Mask } from '../cli/mask.ts';
import { compiledSql } from '../source/plan/compiled-sql.ts';
import { openSource } from '../source/session.ts';
import { dialectOf } from '../warehouse/open.ts';

/** `config` is a source configuration (JSON), or a sync file (YAML) whose source is meant. */
export interface CompileOptions extends ConfigOptions {
  /** By default the configured warehouse's own. */
  readonly dialect?: string;
  /** With the functions that the SQL may call, so that it runs in another program. */
  readonly standalone?: boolean;
}

/** Prints the SQL of a stream's models, of all streams' or of one model; what is to be said goes to stderr. */
export function runCompile(name: string | undefined, options: CompileOptions): Promise<number> {
  const mask = new Mask();
  return runForPerson(mask, async () => {
    const source = await readSourceConfig(options);
    await learnSecrets(mask, { source });
    process.stdout.write(await compileAll(source, name, options));
    return 0;
  });
}

async function compileAll(
  given: unknown,
  name: string | undefined,
  { dialect, standalone = false }: CompileOptions,
): Promise<string> {
  await using session = await openSource(given, false);
  const { config, plan } = session;
  const written = await dialectOf({ type: dialect ?? config.warehouse.type });
  const models = compiledSql(plan, config, written, name);
  if (models.length === 0) process.stderr.write('Nothing to compile: the streams have no model.\n');
  for (const note of new Set(models.flatMap(({ compiled }) => compiled.notes))) {
    process.stderr.write(`${note}\n`);
  }
  const functions = standalone ? written.query.functions().map((statement) => `${statement};\n`) : [];
  const texts = models
    .map(({ stream, label, compiled }) => {
      const title = stream === undefined || stream === label ? label : `${stream}: ${label}`;
      return `-- ${title}\n${compiled.sql.trimEnd()}\n;\n`;
    })
    .join('\n');
  return `${functions.join('')}${texts}`;
}
