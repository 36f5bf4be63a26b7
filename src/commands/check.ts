import { asConnectorError } from '../cli/answer.ts';
import { learnSecrets, openConnector, runForPerson, runVerb } from '../cli/command.ts';
import { isYaml, readSyncFile } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { type Connector, loadConnector, type Role } from '../cli/role.ts';
import { checkFailed } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

/** A check that cannot succeed is an answer, not a failure: FAILED with exit code 0, whatever the cause. */
async function* check(role: Role, options: ConfigOptions, mask: Mask): AsyncGenerator<AirbyteMessage> {
  try {
    const { connector, config } = await openConnector(() => loadConnector(role), options, mask);
    yield* connector.check(config);
  } catch (error) {
    yield checkFailed(asConnectorError(error).message);
  }
}

/** Airbyte's check of a JSON config; of a sync file, a check of both ends for a person. */
export function runCheck(role: Role, options: ConfigOptions): Promise<number> {
  if (isYaml(options.config)) return untilInterrupted(() => checkEnds(options));
  return runVerb((mask) => check(role, options, mask));
}

/** The exit code is 1 where one end fails; the other is asked all the same. */
function checkEnds(options: ConfigOptions): Promise<number> {
  const mask = new Mask();
  return runForPerson(mask, async () => {
    const ends = await readSyncFile(options);
    await learnSecrets(mask, ends);
    const [source, destination] = await Promise.all([
      answerOf(await loadConnector('source'), ends.source),
      answerOf(await loadConnector('destination'), ends.destination),
    ]);
    process.stdout.write(mask.text(lineOf('source', source) + lineOf('destination', destination)));
    return source.ok && destination.ok ? 0 : 1;
  });
}

interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

async function answerOf(connector: Connector, config: unknown): Promise<Answer> {
  try {
    for await (const message of connector.check(config)) {
      if (message.type !== 'CONNECTION_STATUS') continue;
      const { status, message: text = 'it works.' } = message.connectionStatus;
      return { ok: status === 'SUCCEEDED', text };
    }
    return { ok: false, text: 'it gave no answer.' };
  } catch (error) {
    return { ok: false, text: asConnectorError(error).message };
  }
}

const lineOf = (end: Role, { ok, text }: Answer): string =>
  `${end}: ${ok ? 'ok' : 'FAILED'}\n${text.replace(/^/gm, '  ')}\n`;
