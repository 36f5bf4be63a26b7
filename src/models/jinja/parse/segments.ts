/** A piece of a template: SQL, or what stands between Jinja's marks. */
export interface Segment {
  readonly kind: 'text' | 'output' | 'statement' | 'comment';
  /** Of a tag, what stands between its marks and their signs; of text, what is left after the tags' `-`. */
  readonly text: string;
  /** Where `text` begins in the template. */
  readonly start: number;
  /** Where the next piece begins. */
  readonly end: number;
  /** False where the template ends before the tag does. */
  readonly closed: boolean;
  readonly trimsBefore: boolean;
  readonly trimsAfter: boolean;
}

const OPENING = /\{[{%#]/g;
const CLOSER: Readonly<Record<string, string>> = { '{': '}}', '%': '%}', '#': '#}' };
const KIND: Readonly<Record<string, Segment['kind']>> = { '{': 'output', '%': 'statement', '#': 'comment' };
const RAW = /^\s*raw\s*$/;
const ENDRAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/** Cuts a template into its pieces, each character once: https://jinja.palletsprojects.com/en/stable/templates/ */
export function segmentsOf(template: string): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < template.length; ) {
    const start = openingFrom(template, at);
    if (start > at) segments.push(textSegment(template, at, start));
    if (start >= template.length) break;
    const tag = tagAt(template, start);
    segments.push(tag);
    at = tag.end;
    if (tag.kind !== 'statement' || !RAW.test(tag.text)) continue;
    const raw = rawSegments(template, at);
    segments.push(...raw);
    at = raw.at(-1)?.end ?? at;
  }
  return segments.map((segment, index) => trimmed(segment, segments[index - 1], segments[index + 1]));
}

function openingFrom(template: string, at: number): number {
  OPENING.lastIndex = at;
  return OPENING.exec(template)?.index ?? template.length;
}

function textSegment(template: string, start: number, end: number): Segment {
  const text = template.slice(start, end);
  return { kind: 'text', text, start, end, closed: true, trimsBefore: false, trimsAfter: false };
}

function tagAt(template: string, open: number): Segment {
  const mark = template.charAt(open + 1);
  const kind = KIND[mark] ?? 'text';
  const closer = CLOSER[mark] ?? '';
  const signed = /[-+]/.test(template.charAt(open + 2));
  const start = open + (signed ? 3 : 2);
  const close = kind === 'comment' ? template.indexOf(closer, start) : closerIn(template, start, closer);
  const closed = close >= 0;
  const stop = closed ? close : template.length;
  const sign = closed && stop > start && /[-+]/.test(template.charAt(stop - 1)) ? 1 : 0;
  return {
    kind,
    text: template.slice(start, stop - sign),
    start,
    end: closed ? close + 2 : template.length,
    closed,
    trimsBefore: template.charAt(open + 2) === '-',
    trimsAfter: sign === 1 && template.charAt(stop - 1) === '-',
  };
}

/** The end of a tag is neither in a text of it nor in the braces of a map. */
function closerIn(template: string, start: number, closer: string): number {
  let open = 0;
  for (let at = start; at < template.length; at += 1) {
    const character = template.charAt(at);
    if (character === '"' || character === "'") {
      at = quoteEnd(template, at);
    } else if (open === 0 && template.startsWith(closer, at)) {
      return at;
    } else if (character === '{') {
      open += 1;
    } else if (character === '}' && open > 0) {
      open -= 1;
    }
  }
  return -1;
}

function quoteEnd(template: string, start: number): number {
  const quote = template.charAt(start);
  for (let at = start + 1; at < template.length; at += 1) {
    if (template.charAt(at) === '\\') at += 1;
    else if (template.charAt(at) === quote) return at;
  }
  return template.length;
}

/** What stands up to `endraw`, as it is, and the tag `endraw`. */
function rawSegments(template: string, start: number): Segment[] {
  ENDRAW.lastIndex = start;
  const match = ENDRAW.exec(template);
  if (match === null) return [textSegment(template, start, template.length)];
  const [tag, before, after] = match;
  return [
    textSegment(template, start, match.index),
    {
      kind: 'statement',
      text: 'endraw',
      start: match.index,
      end: match.index + tag.length,
      closed: true,
      trimsBefore: before === '-',
      trimsAfter: after === '-',
    },
  ];
}

function trimmed(segment: Segment, before: Segment | undefined, after: Segment | undefined): Segment {
  if (segment.kind !== 'text') return segment;
  const cut = before?.trimsAfter === true ? segment.text.trimStart() : segment.text;
  const start = segment.start + segment.text.length - cut.length;
  return { ...segment, text: after?.trimsBefore === true ? cut.trimEnd() : cut, start };
}
