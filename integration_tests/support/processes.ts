import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { summariesIn } from './summary.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Executable = 'nexus-customer-io' | 'source-nexus' | 'destination-customer-io';

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function pathOf(name: Executable): string {
  return fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));
}

/** Starts one of the executables as anyone would: a process of its own, joined by pipes. */
export function start(
  name: Executable,
  args: readonly string[],
  options: StartOptions = {},
): ChildProcessWithoutNullStreams {
  return spawn(pathOf(name), args, { ...options, env: { ...process.env, ...options.env } });
}

/** Runs it to its end. */
export async function run(
  name: Executable,
  args: readonly string[],
  options: StartOptions & { readonly stdin?: string } = {},
): Promise<Ended> {
  const child = start(name, args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return ended(child);
}

/** Whatever it was, what it told of its run must be as the schema in docs/ has it. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  summariesIn(stdout);
  return { code, signal, stdout, stderr };
}

/** stdout as messages; throws where a line is none. */
export function messagesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
