import { z } from 'zod';
import { parseConfig } from '../errors/schema-issue.ts';
import type { FormGroup } from '../protocol/connection-form.ts';
import { warehouseConfig } from '../warehouse/config.ts';

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
        description: 'SQL conditions on nexus_entities. A row is read only where all of them hold.',
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
      description: `Where the ${title.toLowerCase()} come from. If it is left out, the connector uses its own models and what the warehouse holds. An empty list switches the stream off.`,
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
  return parseConfig('Source config', sourceConfig, config);
}
