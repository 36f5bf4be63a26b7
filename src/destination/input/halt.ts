import type { ConnectorError } from '../../errors/connector-error.ts';

/** Ends a run in its middle: its caller may, by a signal, and the run itself, for a reason. */
export class Halt {
  readonly #own = new AbortController();
  /** Aborted by the caller or by `stop`. */
  readonly signal: AbortSignal;
  #isOver: boolean;

  constructor(given: AbortSignal) {
    this.signal = AbortSignal.any([given, this.#own.signal]);
    this.#isOver = this.signal.aborted;
    this.signal.addEventListener('abort', () => {
      this.#isOver = true;
    });
  }

  /** As `signal.aborted`, for each record: the getter of a joined signal walks over what it is joined of. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What is in flight is settled, and nothing else is sent. The first reason counts. */
  stop(reason?: ConnectorError): void {
    this.#own.abort(reason);
  }

  /** @throws ConnectorError that `stop` was given. */
  throwIfStopped(): void {
    this.#own.signal.throwIfAborted();
  }
}
