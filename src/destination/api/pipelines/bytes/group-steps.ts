import { isFirst, writeAttributes } from '../../../mapping/bytes/parts/attribute-bytes.ts';
import { role } from '../../../mapping/bytes/parts/column-bytes.ts';
import { relationBytes } from '../../../mapping/bytes/parts/relation-bytes.ts';
import { attributesHead, type Context, type Step } from '../../../mapping/bytes/parts/step.ts';
import { isNumber, type KeyBytes } from '../../../mapping/bytes/values/key-bytes.ts';
import { encoded, hasValue, keyIn, newKey } from '../../../mapping/bytes/values/record-values.ts';
import { keyOfText } from '../../../mapping/keys/lane-key.ts';
import { limits } from '../../../mapping/limits.ts';

const [quote, comma, brace] = [0x22, 0x2c, 0x7d];
const objectSeed = keyOfText('object:');

/** Writes the number of the object's type, as the step before has read it. */
type WriteType = () => void;

/** An object's id and type, and its traits up to the brace that ends them: the type is among them too. */
export function groupSteps(context: Context): readonly Step[] {
  const type = newKey();
  const { out, plan } = context;
  const fixed = encoded(plan.fixed.objectType ?? '');
  const isFixed = (): boolean => type.end === 0;
  const writeType: WriteType = () => {
    if (isFixed()) out.put(fixed);
    else out.move(type.start, type.end);
  };
  return [idsStep(type, writeType, context), traitsStep(writeType, context)];
}

/** Reads the type into `type`, whose end is 0 where it is the fixed one. */
function typeReader(type: KeyBytes, { columns: { places }, plan }: Context) {
  const fixed = plan.fixed.objectType ?? '';
  const fixedKey = keyOfText(fixed, objectSeed);
  return (record: Parameters<Step>[0]): number | undefined => {
    if (fixed !== '' && !hasValue(record, places[role.objectType])) {
      type.end = 0;
      return fixedKey;
    }
    const key = keyIn(type, record, places[role.objectType], objectSeed, false);
    return key !== undefined && isNumber(record.bytes, type.start, type.end) ? key : undefined;
  };
}

function idsStep(type: KeyBytes, writeType: WriteType, context: Context): Step {
  const { columns, out, template } = context;
  const readType = typeReader(type, context);
  const id = newKey();
  const [beforeId, beforeType] = [encoded(',"groupId":"'), encoded('","objectTypeId":"')];
  const isLane = template.lane === 'object';
  return (record, made) => {
    const typeKey = readType(record);
    if (typeKey === undefined) return false;
    const key = keyIn(id, record, columns.places[role.object], keyOfText(':', typeKey), false);
    if (key === undefined || id.end - id.start > limits.objectId) return false;
    if (isLane) made.key = key;
    out.put(beforeId);
    out.move(id.start, id.end);
    out.put(beforeType);
    writeType();
    out.byte(quote);
    return true;
  };
}

function traitsStep(writeType: WriteType, context: Context): Step {
  const { columns, out, rules } = context;
  const start = encoded(attributesHead(',"traits":', context));
  const beforeType = encoded('"objectTypeId":"');
  return (record) => {
    out.put(start);
    if (!writeAttributes(out, record, columns, rules)) return false;
    if (!isFirst(out)) out.byte(comma);
    out.put(beforeType);
    writeType();
    out.byte(quote);
    return true;
  };
}

/** The relationship's own attributes among the traits, where it has any. */
export function relationStep(context: Context): Step {
  const { out } = context;
  const relation = relationBytes(',"relationshipAttributes":', context);
  const tail = encoded(relation.tail);
  return (record, made) => {
    const before = out.length;
    if (!relation.step(record, made)) return false;
    if (isFirst(out)) out.length = before;
    else out.put(tail);
    return true;
  };
}

/** Ends what `groupSteps` began. */
export function endOfTraits({ out }: Context): Step {
  return () => {
    out.byte(brace);
    return true;
  };
}
