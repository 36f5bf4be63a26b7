import type { StreamName } from '../../../../streams/contract.ts';
import type { DestinationConfig } from '../../../config.ts';
import { contextOf, fastPath, type ToOperationBytes } from '../../../mapping/bytes/operation-bytes.ts';
import { eventIdBytes, eventNameBytes } from '../../../mapping/bytes/parts/event-bytes.ts';
import { anonymousBytes } from '../../../mapping/bytes/parts/identifier-bytes.ts';
import type { Context, Step } from '../../../mapping/bytes/parts/step.ts';
import { encoded } from '../../../mapping/bytes/values/record-values.ts';
import type { Workbench } from '../../../mapping/bytes/values/workbench.ts';
import type { StreamMapping } from '../../../mapping/stream-mapping.ts';
import { templates } from '../../../mapping/templates/templates.ts';
import { groupTraits } from '../reserved.ts';
import { callIdStep, callStart, eventIdStep } from './call-id.ts';
import { attributesStep, endStep, notSemantic, trimmedStep, userStep } from './call-steps.ts';
import { endOfTraits, groupSteps, relationStep } from './group-steps.ts';

/**
 * The fast path of the Pipelines API, as `toOperationBytes` is that of the Track API: of the records that it knows,
 * `toCall` makes the same calls.
 */
export function toCallBytes(
  plan: StreamMapping,
  config: DestinationConfig,
  out: Workbench,
): ToOperationBytes | undefined {
  const isGroup = templates[plan.kind].attributesOf === 'object';
  const context = contextOf(plan, config, out, isGroup ? groupTraits : []);
  return context && fastPath(stepsFor[plan.kind](context), context);
}

const put = (json: string, { out }: Context): Step => {
  const text = encoded(json);
  return () => {
    out.put(text);
    return true;
  };
};

/** A call as `call.ts` words it, piece by piece. */
const stepsFor: Readonly<Record<StreamName, (context: Context) => readonly Step[]>> = {
  persons: (context) => [
    userStep(`${callStart},"type":"identify","userId":"`, context),
    anonymousBytes(',"anonymousId":"', context),
    attributesStep(',"traits":', context),
    endStep(context),
    callIdStep(context),
  ],
  objects: (context) => [
    put(`${callStart},"type":"group"`, context),
    ...groupSteps(context),
    endOfTraits(context),
    endStep(context),
    callIdStep(context),
  ],
  relationships: (context) => [
    trimmedStep(context),
    userStep(`${callStart},"type":"group","userId":"`, context),
    ...groupSteps(context),
    relationStep(context),
    endOfTraits(context),
    endStep(context),
    callIdStep(context),
  ],
  events: eventSteps,
};

/** An event keeps the id that it has in the Track API. */
function eventSteps(context: Context): readonly Step[] {
  const id = eventIdBytes('{"messageId":', context);
  const name = eventNameBytes(',"event":', context);
  return [
    trimmedStep(context),
    id.step,
    userStep(`${id.tail},"type":"track","userId":"`, context),
    name.step,
    notSemantic(context),
    attributesStep(`${name.tail},"properties":`, context),
    endStep(context),
    eventIdStep(context),
  ];
}
