import type { Macro, Macros } from './macros.ts';

/** A text to render, and where a person finds it. */
export interface Template {
  readonly path: string;
  readonly text: string;
  /** The project's own macros. */
  readonly macros?: Macros;
  /** Told of each of them that is named. */
  readonly onMacro?: (macro: Macro) => void;
  /** The project's name, under which its macros may be called too. */
  readonly namespace?: string | undefined;
  /** The kind of warehouse, by which `adapter.dispatch` chooses. */
  readonly dialect?: string;
}
