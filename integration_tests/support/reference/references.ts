import { commandReference } from './commands.ts';
import { configurationReference } from './configuration.ts';

/** The documents that are written from the code, by their paths. */
export const references: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationReference,
  'docs/commands.md': commandReference,
};
