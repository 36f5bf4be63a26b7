import { scanMembers, scannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { limits } from '../../limits.ts';
import { encoded, hasValue } from '../values/record-values.ts';
import { writeAttributes } from './attribute-bytes.ts';
import { relationLookup, role } from './column-bytes.ts';
import type { Context, Written } from './step.ts';

const [quote, openBrace] = [0x22, 0x7b];

/** A relationship's own attributes: an object, or one as JSON in a text, which is unescaped aside. */
export function relationBytes(head: string, { plan, config, columns, rules, out }: Context): Written {
  const start = encoded(`${head}{`);
  const lookup = relationLookup(plan, config);
  const relation = scannedRecord();
  const { places } = columns;
  const write = (from: number, to: number): boolean => {
    relation.bytes = out.bytes;
    if (out.bytes[from] !== openBrace || scanMembers(relation, out.bytes, from) !== to) return false;
    if (relation.columns > limits.attributes || !lookup.lookUp(relation)) return false;
    return writeAttributes(out, relation, lookup, rules);
  };
  return {
    step: (record) => {
      const place = places[role.relation] ?? -1;
      out.put(start);
      if (!hasValue(record, place)) return true;
      const from = record.valueStart[place] ?? 0;
      const to = record.valueEnd[place] ?? 0;
      if (record.bytes[from] !== quote) return write(from, to);
      // The empty text is none.
      if (to - from === 2) return true;
      const end = out.unescapeAside(from + 1, to - 1);
      return end >= 0 && write(out.aside, end);
    },
    tail: '}',
  };
}
