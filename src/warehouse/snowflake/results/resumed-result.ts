import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, RowStatement } from 'snowflake-sdk';
import type { LineBatch } from '../../warehouse.ts';
import { isNetworkError } from '../session/driver-error.ts';
import { ChunkText, type TextCells } from '../session/driver-patch.ts';
import { asText, fetchAgain, requireAll, resultOf } from '../session/statement.ts';
import { unlessSilent } from '../session/unless-silent.ts';
import { lineBatches } from './line-batches.ts';

/**
 * A result's chunks lie behind addresses that run out, and a destination may hold a read back for hours. The
 * driver notices late and, where the first answer held rows, dies of it (docs/snowflake.md). Snowflake keeps a
 * result for a day under its query's id: it is asked for again, and reading goes on behind the last row given.
 */
export interface Resumption {
  /** Milliseconds after which the addresses are renewed unasked: far below the hours that they live. */
  readonly addressLife: number;
  /** How often in a row a stream may break without a row between. */
  readonly tries: number;
  /** Milliseconds before the first new try; each further one waits twice as long. */
  readonly pause: number;
  /** Milliseconds without a row that count as a break: far more than the driver's own tries at one chunk. */
  readonly silence: number;
}

const patient: Resumption = { addressLife: 20 * 60_000, tries: 5, pause: 1000, silence: 15 * 60_000 };

interface Part {
  /** How many rows of the result it stands for. */
  readonly count: number;
}

/** Parts of a result from the row `start` on. */
type Read<T extends Part> = (statement: RowStatement, start: number) => AsyncIterable<T>;

class ResumedResult<T extends Part> {
  readonly #connection: Connection;
  readonly #read: Read<T>;
  readonly #resumption: Resumption;
  #statement: RowStatement;
  #fetchedAt = Date.now();
  #done = 0;
  #failures = 0;

  constructor(connection: Connection, statement: RowStatement, read: Read<T>, resumption: Resumption) {
    this.#connection = connection;
    this.#statement = statement;
    this.#read = read;
    this.#resumption = resumption;
  }

  async *all(): AsyncGenerator<T> {
    // A stream that ends by itself has given all that it had: requireAll tells whether that was everything.
    while (!(yield* this.#untilItBreaks())) await this.#fetchAgain();
    requireAll(this.#statement, this.#done);
  }

  /** True where the stream came to its end, false where it broke or its addresses have grown old. */
  async *#untilItBreaks(): AsyncGenerator<T, boolean> {
    try {
      const parts = this.#read(this.#statement, this.#done);
      for await (const part of unlessSilent(parts, this.#resumption.silence)) {
        this.#done += part.count;
        this.#failures = 0;
        yield part;
        if (Date.now() - this.#fetchedAt > this.#resumption.addressLife) return this.#hasAll();
      }
      return true;
    } catch (error) {
      await this.#bear(error);
      return false;
    }
  }

  #hasAll(): boolean {
    return this.#done >= this.#statement.getNumRows();
  }

  async #bear(error: unknown): Promise<void> {
    this.#failures += 1;
    if (this.#failures > this.#resumption.tries) throw error;
    await pause(this.#resumption.pause * 2 ** (this.#failures - 1));
  }

  async #fetchAgain(): Promise<void> {
    try {
      this.#statement = await fetchAgain(this.#connection, this.#statement);
      this.#fetchedAt = Date.now();
    } catch (error) {
      // A refusal of Snowflake's stays one: the result is gone, or the session is.
      if (!isNetworkError(error)) throw error;
      await this.#bear(error);
    }
  }
}

/** The finished lines of a result, each once and in order, whatever its downloads suffer; else an error. */
export function resumedLines(
  connection: Connection,
  statement: RowStatement,
  resumption: Resumption = patient,
): AsyncGenerator<LineBatch> {
  return new ResumedResult(connection, statement, lineBatches, resumption).all();
}

async function* cellParts(statement: RowStatement, start: number) {
  for await (const part of resultOf(statement, start)) {
    const cells = part instanceof ChunkText ? part.rows() : part.map((row) => row.map(asText));
    yield { count: cells.length, cells };
  }
}

/** All rows of a small result. */
export async function allTextCells(connection: Connection, statement: RowStatement): Promise<TextCells[]> {
  const all: TextCells[] = [];
  for await (const { cells } of new ResumedResult(connection, statement, cellParts, patient).all()) {
    all.push(...cells);
  }
  return all;
}
