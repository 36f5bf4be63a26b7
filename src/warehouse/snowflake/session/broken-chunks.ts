import { createRequire } from 'node:module';
import type { RowStatement } from 'snowflake-sdk';
import { ConnectorError, messageOf } from '../../../errors/connector-error.ts';

/**
 * The driver reads a chunk's rows where an error has nobody to catch it: its stream then waits for ever, such as for a
 * chunk that came compressed without saying so. The method that reads them is listened to, and does what it did.
 */

type Told = (error: ConnectorError) => void;

interface Chunk {
  readonly _statement?: unknown;
  getRows(): unknown;
}

const listeners = new WeakMap<object, Told>();

function tell(statement: unknown, error: unknown): void {
  if (typeof statement !== 'object' || statement === null) return;
  listeners.get(statement)?.(
    new ConnectorError(
      'A part of the result that Snowflake sent could not be read: it is damaged, or something on the way changed it. Run it again: it continues from the last state.',
      { failureType: 'transient_error', internal: messageOf(error), cause: error },
    ),
  );
}

function listen(prototype: Chunk): void {
  const { getRows } = prototype;
  prototype.getRows = function (this: Chunk) {
    try {
      return getRows.call(this);
    } catch (error) {
      tell(this._statement, error);
      throw error;
    }
  };
}

let installed = false;

function install(): void {
  installed = true;
  try {
    const require = createRequire(import.meta.url);
    listen(require('snowflake-sdk/dist/lib/connection/result/chunk.js').prototype);
  } catch {
    // Another version of the driver: silence is noticed, later.
  }
}

/** Tells of a chunk of the statement's result that cannot be read. */
export function onBrokenChunk(statement: RowStatement, told: Told): void {
  if (!installed) install();
  listeners.set(statement, told);
}
