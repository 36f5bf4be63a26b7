import { maskSecrets } from '../../protocol/secrets.ts';
import { type DestinationConfig, hostOf } from '../config.ts';

/** What messages about a server's answers are made with. */
export interface ServerWords {
  /** The settings to look at where the key is refused. */
  readonly keys: string;
  /** Where requests go. */
  readonly host: string;
  /** A server's own text, fit for messages and rejects: one line, not long, without our keys. */
  readonly clean: (text: string) => string;
}

/** A server may say anything, a whole page among it. */
const mostCharacters = 300;

/** One line of a text, without what moves a terminal's cursor. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 10 * mostCharacters)
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters).toWellFormed()}…` : line;
}

/** Rejects are files, and no command masks them on their way: keys that a server says back are struck out here. */
export function serverWords(config: DestinationConfig, keys: string): ServerWords {
  const secrets = [config.api_key, config.write_key].filter((key) => key !== undefined);
  return {
    keys,
    host: hostOf(config),
    // Masked first: a key that is cut in two is no longer known.
    clean: (text) => oneLine(maskSecrets(text.slice(0, 100_000), secrets)),
  };
}
