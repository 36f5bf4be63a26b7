import { once } from 'node:events';
import { untilInterrupted } from '../cli/interruption.ts';
import { outputFailure } from '../cli/standard-output.ts';

export interface SimulateOptions {
  readonly port: number;
  readonly siteId: string;
  readonly apiKey: string;
  /** The key of the Pipelines API. */
  readonly writeKey: string;
  readonly objectTypes: readonly string[];
}

export async function runSimulate(options: SimulateOptions): Promise<number> {
  const { startSimulator } = await import('../simulator/server.ts');
  const { port, siteId, apiKey, writeKey } = options;
  try {
    const simulator = await startSimulator({ ...options });
    process.stdout.write(
      `A local Customer.io listens on ${simulator.url} (site ID ${siteId}, API key ${apiKey}; write key ${writeKey}). Ctrl-C ends it.\n`,
    );
    return await untilInterrupted(async (signal) => {
      // Nobody knows its address where it could not be told.
      const isTold = (await outputFailure()) === undefined;
      if (isTold && !signal.aborted) await once(signal, 'abort');
      await simulator.close();
      return isTold ? 0 : 1;
    });
  } catch (error) {
    process.stderr.write(`${portProblem(error, port)}\n`);
    return 1;
  }
}

function portProblem(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Name another with --port, or 0 for any free one.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}. Name one above 1023 with --port.`;
  if (code === 'ERR_SOCKET_BAD_PORT') return `There is no port ${port}. Name one up to 65535 with --port.`;
  return message;
}
