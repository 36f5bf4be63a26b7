import type { StreamName } from '../../../streams/contract.ts';
import { events } from './events.ts';
import { objects } from './objects.ts';
import { persons } from './persons.ts';
import { relationships } from './relationships.ts';
import type { Template } from './template.ts';

/** What the records of each stream become. */
export const templates: Readonly<Record<StreamName, Template>> = {
  persons,
  objects,
  relationships,
  events,
};
