import type {
  AirbyteMessage,
  AirbyteStateMessage,
  ConfiguredAirbyteCatalog,
  ConnectorSpecification,
} from './messages.ts';
import type { ChangeCounts, DeliveryAccount } from './run-account.ts';

/**
 * RECORD messages of one stream as finished NDJSON bytes, each line ended by a newline: what a warehouse
 * built in SQL passes through Node untouched.
 */
export interface RecordLines {
  readonly type: 'RECORD_LINES';
  readonly stream: string;
  readonly lines: Uint8Array;
  readonly count: number;
}

/**
 * What a source has found to be different in a stream since the last time, once a stream and before its records. It
 * stays in the process: for Airbyte it becomes a log line.
 */
export interface ChangesMessage extends ChangeCounts {
  readonly type: 'CHANGES';
  readonly stream: string;
}

/**
 * A stream is not as it should be, with a code that programs may go by. It stays in the process, so that no text can
 * pass for it: for Airbyte it becomes a warning in the log.
 */
export interface FindingMessage {
  readonly type: 'FINDING';
  readonly stream: string;
  readonly code: string;
  readonly message: string;
}

/** What only the source and `sync` exchange. */
export type SourceNews = ChangesMessage | FindingMessage;

/** What a source emits: Airbyte messages, with records in bulk where it has them as bytes, and its news. */
export type SourceOutput = AirbyteMessage | RecordLines | SourceNews;

/**
 * What a destination has done so far: now and then, and once at its end. It stays in the process: nothing that comes
 * as text can pass for it.
 */
export interface AccountMessage {
  readonly type: 'ACCOUNT';
  readonly account: DeliveryAccount;
  readonly isLast: boolean;
}

/** What a destination emits: Airbyte messages, and its own account. */
export type DestinationOutput = AirbyteMessage | AccountMessage;

/** One line of NDJSON, for the parser. */
export interface InputLine {
  /** The text without its line end. */
  readonly text: string;
  /** 1-based, for messages to a person. */
  readonly number: number;
}

/**
 * Lines of a destination's input as they were read: whole ones, each ended by a newline, blank ones among them.
 * Bytes, since most lines are records, of which few have to become text.
 */
export interface InputLines {
  readonly type: 'LINES';
  readonly lines: Uint8Array;
}

/** A line of the input that is longer than allowed, of which only the beginning was kept. */
export interface LongLine {
  readonly type: 'LONG_LINE';
  readonly head: Uint8Array;
  /** Length of the whole line, its line end left out. */
  readonly bytes: number;
}

/** What a destination takes: lines from stdin, or a source's output in the same process. */
export type DestinationInput = InputLines | LongLine | SourceOutput;

/** What to read of an open source. */
export interface SessionRead {
  readonly catalog: ConfiguredAirbyteCatalog;
  readonly state: readonly AirbyteStateMessage[];
  /** Aborted on SIGTERM and SIGINT: emit the last true state and return. */
  readonly signal: AbortSignal;
}

export interface ReadRequest extends SessionRead {
  /** As the user gave it; the connector validates it. */
  readonly config: unknown;
}

/** An open source: it connects, lists and describes what it has once, whatever is asked of it then. */
export interface SourceSession extends AsyncDisposable {
  /** Logs, and the catalog last. */
  catalog(): AsyncIterable<AirbyteMessage>;
  read(request: SessionRead): AsyncIterable<SourceOutput>;
}

export interface WriteRequest {
  readonly config: unknown;
  readonly catalog: ConfiguredAirbyteCatalog;
  readonly input: AsyncIterable<DestinationInput>;
  /** Aborted on SIGTERM and SIGINT: settle what is in flight, echo the last true state and return. */
  readonly signal: AbortSignal;
}

/** Where a destination's config sends to, without a secret: what a state is kept to. */
export interface DestinationAccount {
  readonly api: string;
  readonly host: string;
  /** Tells accounts of one host apart. */
  readonly account: string;
}

/**
 * Connectors are plain objects of async generators. `check` reports a wrong configuration as a FAILED
 * status; everything else throws {@link ConnectorError}.
 */
export interface SourceConnector {
  spec(): Promise<ConnectorSpecification>;
  /** Throws a ConnectorError with all that is wrong with a config as such, before anything is opened. */
  validate?(config: unknown): Promise<void>;
  check(config: unknown): AsyncIterable<AirbyteMessage>;
  discover(config: unknown): AsyncIterable<AirbyteMessage>;
  read(request: ReadRequest): AsyncIterable<SourceOutput>;
  /** For who asks for the catalog and the records. */
  open(config: unknown): Promise<SourceSession>;
}

export interface DestinationConnector {
  spec(): Promise<ConnectorSpecification>;
  /** As the source's. */
  validate?(config: unknown): Promise<void>;
  check(config: unknown): AsyncIterable<AirbyteMessage>;
  discover(config: unknown): AsyncIterable<AirbyteMessage>;
  /** Without it, states are kept to no destination. */
  account?(config: unknown): Promise<DestinationAccount>;
  write(request: WriteRequest): AsyncIterable<DestinationOutput>;
}
