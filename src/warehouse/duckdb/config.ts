import { z } from 'zod';

export const duckdbConfig = z
  .looseObject({
    type: z.literal('duckdb'),
    path: z
      .string()
      .min(1)
      .meta({
        title: 'Path',
        description: 'The path of a DuckDB database file, or of a folder with one parquet file per table.',
        examples: ['/data/warehouse.duckdb'],
      }),
    schema: z
      .string()
      .optional()
      .meta({ title: 'Schema', description: 'The schema that holds the nexus tables; main by default.' }),
    external_access: z.boolean().optional().meta({
      title: 'External access',
      default: false,
      description:
        'Allow the SQL of models and views to read other files, use the network and load extensions. By default it can only read the warehouse.',
    }),
  })
  .meta({ title: 'DuckDB', description: 'An embedded database: a file or a folder of parquet files.' });

export type DuckdbConfig = z.infer<typeof duckdbConfig>;
