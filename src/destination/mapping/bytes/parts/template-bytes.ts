import type { Members, Part } from '../../templates/template.ts';
import { encoded, hasValue } from '../values/record-values.ts';
import { hasAttributes, isFirst, secondsOfValue, writeAttributes } from './attribute-bytes.ts';
import { role } from './column-bytes.ts';
import { eventIdBytes, eventIdLast, eventNameBytes } from './event-bytes.ts';
import { anonymousBytes, objectBytes, personBytes } from './identifier-bytes.ts';
import { relationBytes } from './relation-bytes.ts';
import { attributesHead, type Context, type Step, type Written } from './step.ts';

/** Writes `head` and unix seconds where the record has a time. */
function timestampBytes(head: string, { columns, out }: Context): Step {
  const start = encoded(head);
  const { places } = columns;
  let now = Math.floor(Date.now() / 1000);
  /** What lies ahead of now is dated now; the clock is asked only where a time lies ahead of its last answer. */
  const notAhead = (seconds: number): number => {
    if (seconds > now) now = Math.floor(Date.now() / 1000);
    return Math.min(seconds, now);
  };
  return (record) => {
    const place = places[role.timestamp] ?? -1;
    if (!hasValue(record, place)) return true;
    const seconds = secondsOfValue(record.bytes, record.valueStart[place] ?? 0, record.valueEnd[place] ?? 0);
    // Also the empty text, which counts as none.
    if (Number.isNaN(seconds)) return false;
    out.put(start);
    out.integer(notAhead(seconds));
    return true;
  };
}

/** Writes a person's anonymousId as the last attribute, where there is one. */
function anonymousAttribute(context: Context): Step {
  const only = anonymousBytes('"anonymous_id":"', context);
  const last = anonymousBytes(',"anonymous_id":"', context);
  return (record, made) => (isFirst(context.out) ? only : last)(record, made);
}

const always: Step = () => true;

function attributesBytes(head: string, context: Context): Written {
  const { columns, out, rules, template } = context;
  const start = encoded(attributesHead(head, context));
  const anonymous = template.attributesOf === 'person' ? anonymousAttribute(context) : always;
  return {
    step: (record, made) => {
      out.put(start);
      made.attributesStart = out.length;
      if (!writeAttributes(out, record, columns, rules) || !anonymous(record, made)) return false;
      made.attributesEnd = out.length;
      return true;
    },
    tail: '}',
  };
}

/** The member with its comma, where there is any attribute. */
function ifAnyAttribute({ step, tail }: Written, { columns, rules, out }: Context): Step {
  const end = encoded(tail);
  return (record, made) => {
    if (!hasAttributes(record, columns, rules)) return true;
    if (!step(record, made)) return false;
    out.put(end);
    return true;
  };
}

/** Somebody not yet known is the slow path's. */
function relateBytes(
  head: string,
  { withAttributes, without }: Extract<Part, { part: 'relate' }>,
  { columns, rules, out }: Context,
): Written {
  const texts = [withAttributes, without].map((text) => encoded(head + JSON.stringify(text)));
  const [named = new Uint8Array(), bare = named] = texts;
  return {
    step: (record) => {
      out.put(hasAttributes(record, columns, rules) ? named : bare);
      return true;
    },
    tail: '',
  };
}

/** The fast path's writer: makes the steps that write what a template describes. */
class TemplateSteps {
  readonly #context: Context;
  readonly #steps: Step[] = [];
  readonly #last: Step[] = [];
  /** JSON that is always the same and not yet part of a step. */
  #pending = '';

  constructor(context: Context) {
    this.#context = context;
  }

  build(): readonly Step[] {
    this.#addMembers(this.#context.template.members);
    this.#flush();
    return [...this.#steps, ...this.#last];
  }

  #addMembers(members: Members): void {
    let before = '{';
    for (const [name, part] of Object.entries(members)) {
      this.#addPart(`${before}${JSON.stringify(name)}:`, part);
      before = ',';
    }
    this.#pending += '}';
  }

  #addPart(head: string, part: Part): void {
    const context = this.#context;
    if (part.part === 'text') {
      this.#pending += head + JSON.stringify(part.text);
    } else if (part.part === 'listOf') {
      this.#pending += `${head}[`;
      this.#addMembers(part.members);
      this.#pending += ']';
    } else if (part.part === 'timestamp') {
      this.#flush();
      this.#steps.push(timestampBytes(head, context));
    } else if (part.part === 'attributes' && part.ifAny) {
      this.#flush();
      this.#steps.push(ifAnyAttribute(attributesBytes(head, context), context));
    } else {
      const { step, tail } = writtenOf(this.#pending + head, part, context);
      this.#steps.push(step);
      if (part.part === 'eventId') this.#last.push(eventIdLast(context));
      this.#pending = tail;
    }
  }

  #flush(): void {
    const text = encoded(this.#pending);
    const { out } = this.#context;
    this.#pending = '';
    if (text.length === 0) return;
    this.#steps.push(() => {
      out.put(text);
      return true;
    });
  }
}

type Required = Exclude<Part, { part: 'text' | 'listOf' | 'timestamp' }>;

function writtenOf(head: string, part: Required, context: Context): Written {
  switch (part.part) {
    case 'person':
      return personBytes(head, part.orAnonymous === true, context);
    case 'object':
      return objectBytes(head, context);
    case 'eventName':
      return eventNameBytes(head, context);
    case 'eventId':
      return eventIdBytes(head, context);
    case 'attributes':
      return attributesBytes(head, context);
    case 'relate':
      return relateBytes(head, part, context);
    case 'relation':
      return relationBytes(head, context);
  }
}

export const stepsOf = (context: Context): readonly Step[] => new TemplateSteps(context).build();
