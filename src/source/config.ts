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
    anonymous_id_column: z
      .string()
      .nullish()
      .meta({ title: 'Anonymous id column', description: 'The column that becomes anonymousId, if any.' }),
    dedupe_column: z.string().default('email').meta({
      title: 'Dedupe column',
      description: 'Rows that agree on it, less case and padding, are one person: the newest wins.',
    }),
    ignore_traits: z
      .array(z.string())
      .default([])
      .meta({ title: 'Ignored traits', description: 'Trait columns that are not sent.' }),
    rename_traits: z
      .looseObject({
        _created_at: z.string().optional().meta({
          title: '_created_at',
          description: 'The name that the column _created_at gets.',
          default: 'created_at',
        }),
      })
      .default({})
      .meta({
        title: 'Renamed traits',
        description: 'The attribute name of a trait column, by column: any column may be added here.',
      }),
    filters: z
      .array(z.string())
      .default([])
      .meta({
        title: 'Filters',
        description: 'SQL conditions on nexus_entities that all must hold.',
        examples: [['email IS NOT NULL']],
      }),
  })
  .meta({ title: 'Identify', description: 'The customer_io_identify macro on nexus_entities.' });

const model = z
  .looseObject({
    from: z.literal('model'),
    name: z.string().meta({
      title: 'Model',
      description: 'The name of a file of the models folder, without .sql.',
      examples: ['customer_io_events'],
    }),
  })
  .meta({ title: 'Model', description: 'A dbt-style SQL file.' });

const relation = z
  .looseObject({
    from: z.literal('relation'),
    name: z.string().meta({
      title: 'Table or view',
      description: 'A table or view of the schema, as dbt made it.',
      examples: ['customer_io_persons'],
    }),
  })
  .meta({ title: 'Table or view', description: 'A relation that exists in the warehouse.' });

const sql = z
  .looseObject({
    from: z.literal('sql'),
    sql: z
      .string()
      .meta({ title: 'SQL', description: 'A dbt-style SELECT; ref() and the nexus macros work in it.' }),
  })
  .meta({ title: 'SQL', description: 'dbt-style SQL written here.' });

const definition = z.discriminatedUnion('from', [identify, model, relation, sql]);

const definitions = (title: string) =>
  z
    .array(definition)
    .optional()
    .meta({
      title,
      group: 'streams',
      description: `Where the ${title.toLowerCase()} come from. Left out: what the warehouse can fill by the models that come with the connector. An empty list: none.`,
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
    description: 'A folder of dbt-style SQL models of your own; its models come before the shipped ones.',
    group: 'models',
  }),
  project_dir: z.string().optional().meta({
    title: 'dbt project folder',
    description:
      'The folder of a dbt_project.yml: its models (unless a models folder is given), macros and vars are used.',
    group: 'models',
  }),
  vars: z
    .looseObject({
      last_run: z
        .string()
        .optional()
        .meta({ title: 'last_run', description: 'An example; any name may stand here.' }),
    })
    .optional()
    .meta({ title: 'Variables', description: "What var('name') gives in a model.", group: 'models' }),
  env_vars: z.array(z.string()).optional().meta({
    title: 'Environment variables',
    description:
      'What env_var() may give in a model although its name looks like a secret, or this configuration takes a value from it.',
    group: 'models',
  }),
  lookback: z
    .string()
    .regex(/^\d+[smhd]$/, 'it must be a number and a unit, such as 12h or 7d')
    .optional()
    .meta({
      title: 'Look-back',
      description:
        'Each incremental read goes back this far behind its cursor, for rows that arrived late: 30m, 12h, 7d.',
      pattern: '^\\d+[smhd]$',
      pattern_descriptor: '30m, 12h or 7d',
      group: 'changes',
    }),
  on_model_change: z.enum(['refuse', 'accept']).default('refuse').meta({
    title: 'When a model has changed',
    description:
      'What to do with a state that another definition of the model wrote: refuse and say so, or go on from its cursor.',
    group: 'changes',
  }),
  on_other_warehouse: z.enum(['refuse', 'accept']).default('refuse').meta({
    title: 'When the warehouse is another one',
    description:
      'What to do with a state that was written for another warehouse: refuse and say so, or go on from its cursor.',
    group: 'changes',
  }),
});

export type SourceConfig = z.infer<typeof sourceConfig>;
export type Definition = z.infer<typeof definition>;

/** @throws ConnectorError that names the field and what is wrong with it, never a value. */
export function parseSourceConfig(config: unknown): SourceConfig {
  return parseConfig('Source config', sourceConfig, config);
}
