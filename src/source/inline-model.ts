import { z } from 'zod';

/** A model whose text stands in the config. */
export const inlineModel = z.looseObject({
  name: z.string().regex(/^\w+$/, 'it must be letters, digits and underscores').meta({
    title: 'Name',
    description: 'The name by which ref() and a stream find the model.',
    pattern: '^\\w+$',
    pattern_descriptor: 'letters, digits and underscores',
  }),
  sql: z.string().meta({
    title: 'SQL',
    description: 'A dbt-style SELECT statement, as it would stand in a file.',
    multiline: true,
  }),
});
