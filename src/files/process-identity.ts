import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A process. Its pid alone is not enough: another has it after a restart of the machine, in another container, or once
 * it is used again.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The namespace in which the pid counts: containers have one each. Linux only. */
  readonly namespace?: string | undefined;
  /** Boot of the machine and the process's start in it. Linux only. */
  readonly started?: string | undefined;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), namespace: namespaceOf(), started: startedOf(process.pid) };
}

/** `unknown` where the process is of another machine or container, whose pids say nothing here. */
export function fateOf({ pid, host, namespace, started }: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  if (host !== hostname()) return 'unknown';
  if (namespace !== undefined && namespace !== namespaceOf()) return 'unknown';
  if (!isAlive(pid)) return 'gone';
  const startedNow = startedOf(pid);
  const another = started !== undefined && startedNow !== undefined && started !== startedNow;
  return another ? 'gone' : 'alive';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function namespaceOf(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: field 22, counted after the name in parentheses. */
function startedOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return ticks === undefined ? undefined : `${boot}-${ticks}`;
  } catch {
    return undefined;
  }
}
