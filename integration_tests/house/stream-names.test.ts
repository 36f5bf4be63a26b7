import { describe, expect, it } from 'vitest';
import { streamNames } from '../../src/streams/contract.ts';
import { sourceFiles, textOf } from './imports.ts';

/** A stream's name in quotes, where code decides by it. */
const named = new RegExp(`(['"\`])(?:${streamNames.join('|')})\\1`);

/** Rooms that are the streams' own, or know none: the nexus tables and the demo are named alike. */
const own = ['streams/', 'simulator/', 'demo/', 'nexus/', 'destination/mapping/templates/'];

/** Files that know one stream from another, and why. What is not here asks the contract for a role. */
const exceptions: Readonly<Record<string, string>> = {
  'destination/config.ts': 'settings that are named after the streams',
  'destination/mapping/gone/removals-config.ts': 'settings that are named after the streams',
  'destination/input/stream-order.ts': 'relationships wait for the persons that they are about',
  'destination/mapping/keys/trim-identifiers.ts': "an event's anonymousId is sent as it stands",
  'destination/mapping/stream-mapping.ts': "the words that a mapping's `as` takes for the streams",
  'doctor/examine.ts': 'a stream is read beside those that it refers to',
  'doctor/keys.ts': "an event's key may be its whole row",
  'doctor/probes/attribute-probes.ts': 'what Customer.io limits differs between people, objects and events',
  'doctor/probes/key-probes.ts': 'the two APIs differ in the keys of relationships',
  'doctor/probes/references.ts': 'events and relationships refer to people',
  'doctor/probes/repeated-keys.ts': 'events may repeat a key',
  'source/changes/cursor/definition.ts': 'events alone have ids that are made by a recipe',
  'source/plan/defaults.ts': 'which shipped model fills which stream',
  'source/record-line/record-fields.ts': "an event's id is made where its line is",
};

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/.test(line);

const names = (text: string): boolean =>
  text.split('\n').some((line) => !isComment(line) && named.test(line));

describe('names of streams', () => {
  const files = sourceFiles().filter(
    (file) => !own.some((room) => file.startsWith(room)) && names(textOf(file)),
  );

  it('stand in the files of the streams, and in those that are listed with a reason', () => {
    expect(files.filter((file) => !Object.hasOwn(exceptions, file))).toEqual([]);
  });

  it.each(Object.keys(exceptions))('are still needed in %s', (file) => {
    expect(files).toContain(file);
  });

  it.each(["if (stream === 'events') return 1;", 'const first = ["persons"];', 'case `objects`:'])(
    'would be found: %s',
    (line) => {
      expect(names(line)).toBe(true);
    },
  );

  it.each(['// the stream "events" comes last', "const other = 'events_of_the_day';"])(
    'are not seen in %s',
    (line) => {
      expect(names(line)).toBe(false);
    },
  );
});
