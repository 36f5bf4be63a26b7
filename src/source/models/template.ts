import type { Macro } from './macros.ts';

/** A text to render, and where a person finds it. */
export interface Template {
  readonly path: string;
  readonly text: string;
  /** The project's own macros that the text calls. */
  readonly macros?: readonly Macro[];
  /** The project's name, under which its macros may be called too. */
  readonly namespace?: string | undefined;
}
