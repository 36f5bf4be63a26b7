import type { SourceOutput } from '../protocol/connector.ts';
import { answer, asConnectorError } from './answer.ts';
import { type ConfigOptions, readConnectorConfig } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { type Connector, loadDestination, loadSource } from './role.ts';

/** A command of Airbyte's protocol: messages on stdout until they end or a signal comes; the exit code. */
export function runVerb(
  outputs: (mask: Mask, signal: AbortSignal) => AsyncIterable<SourceOutput>,
): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => answer(outputs(mask, signal), mask, signal));
}

/** A connector and the configuration it is called with, whose secrets the mask knows from here on. */
export async function openConnector<C extends Connector>(
  load: () => Promise<C>,
  options: ConfigOptions,
  mask: Mask,
): Promise<{ connector: C; config: unknown }> {
  const connector = await load();
  const config = await readConnectorConfig(options);
  mask.learn(config, (await connector.spec()).connectionSpecification);
  return { connector, config };
}

/**
 * A command for a person: what it cannot do is told on stderr, with exit code 1.
 *
 * @param tellToo where else the message goes, masked
 */
export async function runForPerson(
  mask: Mask,
  work: () => Promise<number>,
  tellToo: (message: string) => void = () => undefined,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const message = mask.text(asConnectorError(error).message);
    process.stderr.write(`${message}\n`);
    tellToo(message);
    return 1;
  }
}

/** Before a config is used: a driver may put a password into its error. */
export async function learnSecrets(
  mask: Mask,
  { source, destination }: { readonly source?: unknown; readonly destination?: unknown },
): Promise<void> {
  if (source !== undefined) mask.learn(source, (await (await loadSource()).spec()).connectionSpecification);
  if (destination !== undefined)
    mask.learn(destination, (await (await loadDestination()).spec()).connectionSpecification);
}
