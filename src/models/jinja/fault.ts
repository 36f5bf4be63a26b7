/** A text that templates are read from, and where a person finds it. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** The line of the file on which the text begins, from 1. */
  readonly line: number;
}

/** A place in a source, by its offset. */
export interface Place {
  readonly source: Source;
  readonly at: number;
}

export function lineOf({ source, at }: Place): number {
  let line = source.line;
  for (
    let next = source.text.indexOf('\n');
    next >= 0 && next < at;
    next = source.text.indexOf('\n', next + 1)
  ) {
    line += 1;
  }
  return line;
}

/** A mistake in a template, in words for its author. Where none is given, the place is where the work stands. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly place: Place | undefined;

  constructor(message: string, place?: Place) {
    super(message);
    this.place = place;
  }
}
