import type { ColumnKind } from '../../warehouse/dialect.ts';

/** The tables that a source brings: names and columns are fixed by nexus. */

export interface InputTable {
  /** `lobbie` brings `lobbie_events`. */
  readonly suffix: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** Columns without which the table means nothing; any other that is missing is NULL. */
  readonly required: readonly string[];
}

export type InputName = 'events' | 'identifiers' | 'traits' | 'declarations';

const identifierColumns = ['entity_type', 'identifier_type', 'identifier_value'] as const;

const side = (letter: 'a' | 'b') =>
  ({
    [`entity_${letter}_identifier`]: 'text',
    [`entity_${letter}_identifier_type`]: 'text',
    [`entity_${letter}_type`]: 'text',
    [`entity_${letter}_role`]: 'text',
  }) as const;

const sideKeys = (letter: 'a' | 'b') => [
  `entity_${letter}_identifier`,
  `entity_${letter}_identifier_type`,
  `entity_${letter}_type`,
];

export const inputTables: Readonly<Record<InputName, InputTable>> = {
  events: {
    suffix: '_events',
    columns: {
      event_id: 'text',
      occurred_at: 'timestamp',
      event_name: 'text',
      event_description: 'text',
      event_type: 'text',
      significance: 'float',
      source: 'text',
      source_table: 'text',
      _ingested_at: 'timestamp',
    },
    required: ['event_id'],
  },
  identifiers: {
    suffix: '_entity_identifiers',
    columns: {
      event_id: 'text',
      edge_id: 'text',
      entity_type: 'text',
      identifier_type: 'text',
      identifier_value: 'text',
      role: 'text',
      occurred_at: 'timestamp',
    },
    required: identifierColumns,
  },
  traits: {
    suffix: '_entity_traits',
    columns: {
      entity_trait_id: 'text',
      entity_type: 'text',
      identifier_type: 'text',
      identifier_value: 'text',
      trait_name: 'text',
      trait_value: 'text',
      occurred_at: 'timestamp',
      _ingested_at: 'timestamp',
    },
    required: [...identifierColumns, 'trait_name', 'trait_value'],
  },
  declarations: {
    suffix: '_relationship_declarations',
    columns: {
      relationship_declaration_id: 'text',
      event_id: 'text',
      occurred_at: 'timestamp',
      ...side('a'),
      ...side('b'),
      relationship_type: 'text',
      relationship_direction: 'text',
      is_active: 'boolean',
      source: 'text',
      _ingested_at: 'timestamp',
    },
    required: [...sideKeys('a'), ...sideKeys('b'), 'relationship_type'],
  },
};
