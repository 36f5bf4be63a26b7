import type { RecordLines } from '../../../protocol/connector.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import { hasLastingName } from '../../../warehouse/identity.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import type { StreamRead } from '../change-way.ts';
import type { Anchor } from './anchors.ts';
import type { ModelState } from './model-state.ts';

/** One model that is read on from its cursor. */
export interface ModelRead extends Pick<StreamRead, 'plan' | 'config' | 'contract' | 'writtenFor'> {
  readonly model: ModelPlan;
  readonly known: ModelState | undefined;
}

/** A place where a run may stop and a later one go on with the model. */
export interface ModelCheckpoint {
  readonly type: 'MODEL_CHECKPOINT';
  readonly state: ModelState;
}

export type ModelOutput = RecordLines | ModelCheckpoint | AirbyteMessage;

/** The rows that tell the warehouse from others. Where its names say which it is, its rows need not. */
export const anchorsOf = ({ plan, known }: ModelRead): readonly Anchor[] =>
  hasLastingName(plan.identity) ? [] : (known?.anchors ?? []);
