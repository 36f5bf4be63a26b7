import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BoundSql } from '../../../warehouse/warehouse.ts';
import type { Cursor, Rows } from './cursor.ts';

/**
 * A row that was read: its timestamp, and a hash of its key. A state remembers a few, so that another database can be
 * told from the same one that was copied, moved, or made anew by dbt.
 */
export interface Anchor {
  readonly timestamp: string | null;
  readonly key: string;
}

/** As a state holds one. */
export const anchorSchema = z
  .tuple([z.string().nullable(), z.string().regex(/^[0-9a-f]{16}$/)])
  .transform(([timestamp, key]): Anchor => ({ timestamp, key }));

/** Some may be deleted; that all of these are is unlikely while rows beside them stay. */
const mostAnchors = 8;

/** Adds a row that was read. Older ones become fewer, so that those that stay are spread over all that was read. */
export function withAnchor(anchors: readonly Anchor[], { timestamp, key }: Cursor): readonly Anchor[] {
  const anchor = { timestamp, key: createHash('md5').update(key).digest('hex').slice(0, 16) };
  const others = anchors.filter((other) => other.key !== anchor.key);
  const all = [...others, anchor];
  return all.length <= mostAnchors
    ? all
    : all.filter((_, index) => index % 2 === 1 || index === all.length - 1);
}

/** SQL of whether a row is an anchor that has not changed: quick, since few rows have one of the timestamps. */
export function unchangedAnchor(
  { dialect, timestampType, ts, key }: Rows,
  anchors: readonly Anchor[],
): BoundSql {
  if (anchors.length === 0) return { sql: 'FALSE', values: [] };
  const values = anchors.flatMap(({ timestamp }) => timestamp?.replace('T', ' ') ?? []);
  const among = values.map(() => dialect.time.bound(timestampType)).join(', ');
  const times = [
    ...(values.length === 0 ? [] : [`${ts} IN (${among})`]),
    ...(values.length === anchors.length ? [] : [`${ts} IS NULL`]),
  ];
  // The schema of the state lets nothing through here but hexadecimal digits.
  const keys = anchors.map((anchor) => dialect.quoteString(anchor.key)).join(', ');
  return { sql: `((${times.join(' OR ')}) AND ${dialect.text.hash(key)} IN (${keys}))`, values };
}

/** SQL of whether a row is an anchor, which may have moved on in time since: a person who was edited. */
export function anyAnchor({ dialect, timestampType, ts, key }: Rows, anchors: readonly Anchor[]): BoundSql {
  const each = anchors.map(({ timestamp, key: hash }) => {
    const since = timestamp === null ? '' : ` AND ${ts} >= ${dialect.time.bound(timestampType)}`;
    return `(${dialect.text.hash(key)} = ${dialect.quoteString(hash)}${since})`;
  });
  const values = anchors.flatMap(({ timestamp }) => timestamp?.replace('T', ' ') ?? []);
  return { sql: `(${each.join(' OR ')})`, values };
}
