import { z } from 'zod';
import { parseConfig } from '../errors/schema-issue.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { FormGroup } from '../protocol/connection-form.ts';
import { type StreamName, streamNames } from '../streams/contract.ts';
import { warehouseConfig } from '../warehouse/config.ts';
import { inlineModel } from './inline-model.ts';

const identify = z
  .looseObject({
    from: z.literal('identify'),
    entity_type: z
      .string()
      .default('person')
      .meta({ title: 'Entity type', description: 'Which rows of nexus_entities are read.' }),
    user_id_column: z.string().default('user_id').meta({
      title: 'User id column',
      description: 'The column that becomes userId, the key of a person in Customer.io.',
    }),
    anonymous_id_column: z.string().nullish().meta({
      title: 'Anonymous id column',
      description: 'The column that becomes anonymousId, if there is one.',
    }),
    dedupe_column: z.string().default('email').meta({
      title: 'Dedupe column',
      description:
        'Rows with the same value in this column, ignoring case and surrounding spaces, are one person; the newest row wins.',
    }),
    ignore_traits: z
      .array(z.string())
      .default([])
      .meta({ title: 'Ignored traits', description: 'Trait columns that are not sent.' }),
    rename_traits: z
      .looseObject({
        _created_at: z.string().optional().meta({
          title: '_created_at',
          description: 'The attribute name of the column _created_at.',
          default: 'created_at',
        }),
      })
      .default({})
      .meta({
        title: 'Renamed traits',
        description: 'Attribute names for trait columns, by column name. Any column can be added here.',
      }),
    filters: z
      .array(z.string())
      .default([])
      .meta({
        title: 'Filters',
        description: 'SQL conditions on nexus_entities. A row is only read if all of them are true.',
        examples: [['email IS NOT NULL']],
      }),
  })
  .meta({ title: 'Identify', description: 'Runs the customer_io_identify macro on nexus_entities.' });

const model = z
  .looseObject({
    from: z.literal('model'),
    name: z.string().meta({
      title: 'Model',
      description: 'The name of a file in the models folder, without .sql.',
      examples: ['customer_io_events'],
    }),
  })
  .meta({ title: 'Model', description: 'A dbt-style SQL file.' });

const relation = z
  .looseObject({
    from: z.literal('relation'),
    name: z.string().meta({
      title: 'Table or view',
      description: 'The name of a table or view in the schema, such as one that dbt built.',
      examples: ['customer_io_persons'],
    }),
  })
  .meta({ title: 'Table or view', description: 'A table or view that already exists in the warehouse.' });

const sql = z
  .looseObject({
    from: z.literal('sql'),
    sql: z.string().meta({
      title: 'SQL',
      description: 'A dbt-style SELECT statement. ref() and the nexus macros work in it.',
    }),
  })
  .meta({ title: 'SQL', description: 'A dbt-style query written here.' });

const definition = z.discriminatedUnion('from', [identify, model, relation, sql]);

const definitions = (title: string) =>
  z
    .array(definition)
    .optional()
    .meta({
      title,
      group: 'streams',
      description: `Where the ${title.toLowerCase()} come from. By default, the connector uses its own models and the tables that the warehouse has. An empty list switches the stream off.`,
    });

/** The ways of change that a config can name. */
const wayNames = ['snapshot', 'cursor', 'full'] as const;
export type WayName = (typeof wayNames)[number];

const way = (title: string) =>
  z
    .enum(wayNames)
    .optional()
    .meta({
      title,
      description: `How changes of ${title.toLowerCase()} are found. snapshot: compare the rows with those of the last sync, which also finds late, edited and removed rows. cursor: the rows whose timestamp is after the last one. full: all rows, each time. By default snapshot, if snapshots can be kept. A stream whose state was written by a cursor keeps its cursor.`,
    });

const changes = z
  .looseObject({
    persons: way('Persons'),
    objects: way('Objects'),
    relationships: way('Relationships'),
    events: way('Events'),
    ignore: z
      .array(z.string())
      .default([])
      .meta({
        title: 'Ignored columns',
        description: 'Columns to ignore when rows are compared, such as the time of a build.',
        examples: [['_processed_at']],
      }),
    max_removed: z
      .string()
      .regex(/^\d+(\.\d+)?%?$/, 'it must be a number of rows or a percentage, such as 500 or 10%')
      .default('10%')
      .meta({
        title: 'Most removals',
        description:
          'The number of rows, or the percentage of the rows sent so far, that may leave a stream in one sync. If more are gone, the stream stops before anything is removed. A percentage always allows 100 rows.',
        pattern: '^\\d+(\\.\\d+)?%?$',
        pattern_descriptor: '500 or 10%',
      }),
    allow_removals: z.boolean().default(false).meta({
      title: 'Allow all removals',
      description: 'Allow any number of removals. Meant for one sync; sync --allow-removals does the same.',
    }),
    first: z.enum(['send', 'adopt']).default('send').meta({
      title: 'First sync',
      description:
        'What the first sync with a snapshot does. send: send every row. adopt: treat all rows as already sent, for a workspace that another tool has filled.',
    }),
    store: z.enum(['warehouse', 'file']).optional().meta({
      title: 'Where snapshots are kept',
      description:
        'In the warehouse, in a schema of their own, or in a DuckDB file. By default in the warehouse, if it can be written to; otherwise sync keeps them in a file beside its state.',
    }),
    schema: z.string().default('nexus_customer_io').meta({
      title: 'Schema for snapshots',
      description:
        'The schema in the warehouse that holds the snapshots. It is created if it does not exist.',
    }),
    file: z.string().optional().meta({
      title: 'File for snapshots',
      description:
        'The path of the DuckDB file that holds the snapshots, if they are kept in a file. sync names it after its state file by default.',
    }),
  })
  .meta({
    title: 'Changes',
    description: 'How the source finds out what has changed since the last sync.',
    group: 'changes',
  });

export const sourceGroups: readonly FormGroup[] = [
  { id: 'warehouse', title: 'Warehouse' },
  { id: 'streams', title: 'Streams' },
  { id: 'models', title: 'Models' },
  { id: 'changes', title: 'Changes' },
];

export const sourceConfig = z.looseObject({
  warehouse: warehouseConfig.meta({
    title: 'Warehouse',
    description: 'Where the nexus tables are.',
    group: 'warehouse',
  }),
  persons: definitions('Persons'),
  objects: definitions('Objects'),
  relationships: definitions('Relationships'),
  events: definitions('Events'),
  models: z.string().optional().meta({
    title: 'Models folder',
    description:
      'A folder with your own dbt-style SQL models. They take precedence over the models that come with the connector.',
    group: 'models',
  }),
  inline_models: z.array(inlineModel).optional().meta({
    title: 'Models in this form',
    description:
      'Your own dbt-style SQL models, for a place where no folder can be mounted. A name that a file of the models folder has too is refused.',
    group: 'models',
  }),
  project_dir: z.string().optional().meta({
    title: 'dbt project folder',
    description:
      'A folder with a dbt_project.yml. Its macros and vars are used, and its models unless a models folder is set.',
    group: 'models',
  }),
  vars: z
    .looseObject({
      last_run: z
        .string()
        .optional()
        .meta({ title: 'last_run', description: 'An example. Any variable name can be used here.' }),
    })
    .optional()
    .meta({
      title: 'Variables',
      description: "The values that var('name') returns in models.",
      group: 'models',
    }),
  env_vars: z.array(z.string()).optional().meta({
    title: 'Environment variables',
    description:
      'Names of environment variables that env_var() may read in models even though the name looks like a secret or the sync file uses the variable.',
    group: 'models',
  }),
  changes: changes.optional(),
  lookback: z
    .string()
    .regex(/^\d+[smhd]$/, 'it must be a number and a unit, such as 12h or 7d')
    .optional()
    .meta({
      title: 'Look-back',
      description:
        'How far behind its cursor each incremental read starts, to catch rows that arrived late: 30m, 12h, 7d.',
      pattern: '^\\d+[smhd]$',
      pattern_descriptor: '30m, 12h or 7d',
      group: 'changes',
    }),
  on_bad_value: z.enum(['null', 'fail']).default('null').meta({
    title: 'When a value cannot be sent',
    description:
      'What to do with NaN, Infinity, an infinite date, text that is no JSON in a JSON column, and a value of more than 16 MB: null sends the record with null in its place, names the field in meta.changes and counts it; fail stops the stream with an error.',
    group: 'changes',
  }),
  on_model_change: z.enum(['refuse', 'accept']).default('refuse').meta({
    title: 'When a model has changed',
    description:
      'What to do when the SQL of a model has changed since the state was written: refuse with an error, or accept and continue from the cursor.',
    group: 'changes',
  }),
  on_other_warehouse: z.enum(['refuse', 'accept']).default('refuse').meta({
    title: 'When the warehouse is a different one',
    description:
      'What to do with a state that was written for another warehouse: refuse with an error, or accept and continue from the cursor.',
    group: 'changes',
  }),
});

export type SourceConfig = z.infer<typeof sourceConfig>;
export type Definition = z.infer<typeof definition>;

/** @throws ConnectorError that names the field and what is wrong with it, never a value. */
export function parseSourceConfig(config: unknown): SourceConfig {
  return parseConfig('Source config', sourceConfig, isJsonObject(config) ? withStreams(config) : config);
}

/** A source's config with more said of its changes, as far as it does not say it itself where `isDefault`. */
export function withChanges(
  config: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
  isDefault = false,
): Readonly<Record<string, unknown>> {
  const { changes: given = {}, ...rest } = withStreams(config);
  if (!isJsonObject(given)) return config;
  return { ...rest, changes: isDefault ? { ...more, ...given } : { ...given, ...more } };
}

/** `changes: snapshot` is short for that way in every stream. A form cannot offer both. */
function withStreams(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { changes: name } = config;
  if (!isWayName(name)) return config;
  return { ...config, changes: Object.fromEntries(streamNames.map((stream) => [stream, name])) };
}

const isWayName = (value: unknown): value is WayName => wayNames.some((name) => name === value);

export type ChangesConfig = z.infer<typeof changes>;

/** What the config says of changes, with its defaults. */
export const changesOf = ({ changes: given }: Pick<SourceConfig, 'changes'>): ChangesConfig =>
  given ?? changes.parse({});

/** Whether a stream is to be compared with a snapshot, where one can be kept. */
export const wantsSnapshot = (config: Pick<SourceConfig, 'changes'>, stream: StreamName): boolean =>
  (changesOf(config)[stream] ?? 'snapshot') === 'snapshot';
