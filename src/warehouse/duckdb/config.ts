import { z } from 'zod';

export const duckdbConfig = z
  .looseObject({
    type: z.literal('duckdb'),
    path: z
      .string()
      .min(1)
      .meta({
        title: 'Path',
        description: 'A DuckDB database file, or a folder of parquet files that are its tables.',
        examples: ['/data/warehouse.duckdb'],
      }),
    schema: z
      .string()
      .optional()
      .meta({ title: 'Schema', description: 'The schema of the nexus tables; main unless told.' }),
    external_access: z.boolean().optional().meta({
      title: 'External access',
      default: false,
      description:
        'Lets SQL of models and views reach other files and the network, and load extensions. By default it reaches the warehouse only.',
    }),
  })
  .meta({ title: 'DuckDB', description: 'An embedded database: a file or a folder of parquet files.' });

export type DuckdbConfig = z.infer<typeof duckdbConfig>;
