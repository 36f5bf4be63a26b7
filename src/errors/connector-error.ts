/** What the caller must do: mend the configuration, try again later, or report a fault. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

export interface ConnectorErrorOptions {
  readonly failureType: FailureType;
  /** Detail for the log, never for the person: driver texts, SQL. Holds no secret. */
  readonly internal?: string;
  /** The stream that failed, where only one did. */
  readonly stream?: string;
  readonly cause?: unknown;
}

/**
 * The one error that reaches a person. Its message says what is wrong, where, and how to mend it;
 * it becomes a TRACE ERROR (or a FAILED check) and never a stack trace.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly failureType: FailureType;
  readonly internal: string | undefined;
  readonly stream: string | undefined;

  constructor(message: string, options: ConnectorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureType = options.failureType;
    this.internal = options.internal;
    this.stream = options.stream;
  }
}

/** A mistake in what the user gave: the commonest kind. */
export function configError(
  message: string,
  options: Omit<ConnectorErrorOptions, 'failureType'> = {},
): ConnectorError {
  return new ConnectorError(message, { ...options, failureType: 'config_error' });
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
