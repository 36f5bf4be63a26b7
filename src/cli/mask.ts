import type { SourceOutput } from '../protocol/connector.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { maskSecrets, secretsOf } from '../protocol/secrets.ts';

/** Keeps the secrets of a configuration out of whatever a person or a log may see. */
export class Mask {
  #secrets: readonly string[] = [];

  learn(config: unknown, schema: Record<string, unknown>): void {
    this.#secrets = [...this.#secrets, ...secretsOf(config, schema)];
  }

  text(text: string): string {
    return maskSecrets(text, this.#secrets);
  }

  /** Records and states pass untouched: they are the user's data, and their bytes must stay exact. */
  output(output: SourceOutput): SourceOutput {
    switch (output.type) {
      case 'LOG':
        return { ...output, log: { ...output.log, message: this.text(output.log.message) } };
      case 'CONNECTION_STATUS':
        return { ...output, connectionStatus: this.#texts(output.connectionStatus) };
      case 'TRACE':
        return this.#trace(output);
      default:
        return output;
    }
  }

  #trace(message: Extract<AirbyteMessage, { type: 'TRACE' }>): SourceOutput {
    const { error } = message.trace;
    if (error === undefined) return message;
    return { ...message, trace: { ...message.trace, error: this.#texts(error) } };
  }

  #texts<T extends object>(fields: T): T {
    const masked = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' && name.endsWith('message') ? this.text(value) : value,
    ]);
    return Object.fromEntries(masked) as T;
  }
}
