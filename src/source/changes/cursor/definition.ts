import { configError } from '../../../errors/connector-error.ts';
import { currentIdRecipe, type IdRecipe } from '../../record-line/event-identity.ts';
import type { ModelRead } from './model-read.ts';
import type { ModelState } from './model-state.ts';

/** Events that were sent keep the ids that they were sent with: a state without a recipe is of the first. */
export const recipeOf = ({ known }: ModelRead): IdRecipe =>
  known === undefined ? currentIdRecipe : (known.ids ?? 1);

/** What a model's state says whatever its cursor. */
export const definitionOf = (read: ModelRead): Pick<ModelState, 'definition' | 'ids'> => ({
  definition: read.model.compiled.fingerprint,
  ...(read.contract.name === 'events' ? { ids: recipeOf(read) } : {}),
});

/** The shipped model of events got its message id after the first states were written; its rows are the same. */
const isOlderShippedModel = ({ plan, contract, model, known }: ModelRead): boolean =>
  contract.name === 'events' &&
  known?.ids === undefined &&
  plan.context.project.shipped.has(model.label) &&
  !plan.context.project.user.has(model.label) &&
  // A table of that name reads itself alone.
  !model.compiled.refs.includes(model.label);

/** @throws ConnectorError where the cursor is of another definition of the model, and the config does not accept that */
export function requireSameDefinition(read: ModelRead): void {
  const { config, contract, model, known } = read;
  if (known === undefined) return;
  const { fingerprint, formerFingerprints } = model.compiled;
  if ([fingerprint, ...formerFingerprints].includes(known.definition)) return;
  if (config.on_model_change === 'accept' || isOlderShippedModel(read)) return;
  throw configError(
    `The state was written by another definition of the model: its cursor may skip rows. Reset the stream to read it all again (in a state file: remove its entry), or set on_model_change to "accept" to continue from the cursor.`,
    { stream: contract.name },
  );
}
