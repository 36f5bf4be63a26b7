import { describe, expect, it } from 'vitest';
import { defaultPlaceholders } from '../placeholders.ts';
import { nexusSettings } from './settings.ts';

describe('the vars of a dbt project', () => {
  it('may be absent: every source and every entity type, without a limit', () => {
    expect(nexusSettings({})).toEqual({
      sources: undefined,
      resolvedTypes: undefined,
      registeredTypes: [],
      maxRecursion: undefined,
      internalEmails: [],
      placeholders: defaultPlaceholders,
      sharedThreshold: 20,
    });
  });

  it('name the sources that are enabled, with what each brings', () => {
    const sources = {
      lobbie: { enabled: true, events: true, entities: ['person'], relationships: true },
      gmail: { enabled: false, events: true },
      stripe: { enabled: true, events: true, entities: true },
    };
    expect(nexusSettings({ nexus: { sources, max_recursion: 10 } })).toMatchObject({
      maxRecursion: 10,
      sources: [
        { name: 'lobbie', events: true, entities: true, relationships: true },
        { name: 'stripe', events: true, entities: true, relationships: false },
      ],
    });
  });

  it('are read in the older spelling too', () => {
    const vars = {
      sources: [{ name: 'crm', events: true, entities: true }],
      nexus_entity_types: ['person', 'location'],
      nexus_max_recursion: 5,
    };
    expect(nexusSettings(vars)).toMatchObject({
      sources: [{ name: 'crm', entities: true, relationships: false }],
      resolvedTypes: ['person', 'location'],
      maxRecursion: 5,
    });
  });

  it('tell resolved entity types from registered ones', () => {
    const types = { person: null, plan: { entity_resolution: false, registration_model: 'plans' } };
    expect(nexusSettings({ nexus: { entity_types: types } })).toMatchObject({
      resolvedTypes: ['person'],
      registeredTypes: [{ entityType: 'plan', model: 'plans' }],
    });
  });

  it('are refused where they are wrong, or ask for a filter that run does not have', () => {
    expect(() => nexusSettings({ nexus: { max_recursion: 'ten' } })).toThrow(/vars\.nexus\.max_recursion/);
    expect(() => nexusSettings({ nexus: { edge_quality: { critical_autofilter: true } } })).toThrow(
      /edge_quality: run does not filter edges/,
    );
  });

  it('take placeholders as YAML reads them', () => {
    const nexus = { placeholder_identifiers: [null, 0, 'Test', false] };
    expect(nexusSettings({ nexus }).placeholders).toEqual(['null', '0', 'Test', 'false']);
  });
});
