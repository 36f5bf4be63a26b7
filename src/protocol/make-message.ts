import type { ConnectorError } from '../errors/connector-error.ts';
import type { ChangesMessage, FindingMessage, SourceNews } from './connector.ts';
import type { AirbyteMessage, LogLevel, StreamStatus } from './messages.ts';
import { changeNames } from './run-account.ts';

export function log(level: LogLevel, message: string): AirbyteMessage {
  return { type: 'LOG', log: { level, message } };
}

/** A source's news as Airbyte takes them: a line of the log. */
export function newsLog(news: SourceNews): AirbyteMessage {
  return news.type === 'CHANGES' ? changesLog(news) : findingLog(news);
}

/** What has changed in a stream, for a person. */
function changesLog({ stream, ...counts }: ChangesMessage): AirbyteMessage {
  const told = changeNames.flatMap((name) => {
    const count = counts[name];
    return count === null ? [] : [`${count.toLocaleString('en')} ${name}`];
  });
  return log('INFO', `${stream}: ${told.length === 0 ? 'changes are not counted' : told.join(', ')}.`);
}

/** With the code beside the text, for programs that read the log. Nothing of ours reads it back. */
function findingLog({ stream, code, message }: FindingMessage): AirbyteMessage {
  return { type: 'LOG', log: { level: 'WARN', message, finding: { stream, code } } };
}

export function finding(stream: string, code: string, message: string): FindingMessage {
  return { type: 'FINDING', stream, code, message };
}

export function checkSucceeded(message?: string): AirbyteMessage {
  return {
    type: 'CONNECTION_STATUS',
    connectionStatus: { status: 'SUCCEEDED', ...(message === undefined ? {} : { message }) },
  };
}

export function checkFailed(message: string): AirbyteMessage {
  return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message } };
}

export function streamStatusMessage(stream: string, status: StreamStatus): AirbyteMessage {
  return {
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: Date.now(),
      stream_status: { stream_descriptor: { name: stream }, status },
    },
  };
}

/** How many rows a stream's read will give, as far as is known; a later one takes its place. */
export function rowEstimate(stream: string, rows: number): AirbyteMessage {
  return {
    type: 'TRACE',
    trace: {
      type: 'ESTIMATE',
      emitted_at: Date.now(),
      estimate: { name: stream, type: 'STREAM', row_estimate: rows },
    },
  };
}

/** A TRACE ERROR: the message for a person, the internal text for the log, no stack trace. */
export function traceError(error: ConnectorError): AirbyteMessage {
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message: error.message,
        failure_type: error.failureType,
        ...(error.internal === undefined ? {} : { internal_message: error.internal }),
        ...(error.stream === undefined ? {} : { stream_descriptor: { name: error.stream } }),
      },
    },
  };
}
