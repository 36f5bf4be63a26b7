import { utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import { fileFault } from '../../errors/file-fault.ts';
import { abandonedAfterMs, acquire, newOwner, type Owner, readLock, release } from '../../files/lock-file.ts';
import { makeFolder } from '../../files/make-folder.ts';

const heartbeatMs = 10_000;

/** Keeps a state file to one sync. */
export interface StateLock extends AsyncDisposable {
  /** @throws ConnectorError where another sync has taken it over, as after a laptop has slept. */
  assertHeld(): Promise<void>;
}

/** Keeps a second sync from the same state file. The lock of a process that is gone is taken over. */
export async function lockState(statePath: string): Promise<StateLock> {
  const path = `${statePath}.lock`;
  const owner = newOwner();
  if (!(await lockOrExplain(path, owner))) throw await inUse(statePath, path);
  const heartbeat = setInterval(() => void touch(path, owner), heartbeatMs).unref();
  return {
    async assertHeld() {
      const found = await readLock(path);
      if (found?.id === owner.token) return;
      // Somebody has deleted it, as a message may have told them to.
      if (found === undefined && (await acquire(path, owner))) return;
      throw configError(
        `Another sync has taken over ${statePath}, since this one gave no sign of life for ${abandonedAfterMs / 1000} s. This one stops; the other one continues.`,
      );
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      await release(path, owner);
    },
  };
}

async function lockOrExplain(path: string, owner: Owner): Promise<boolean> {
  try {
    await makeFolder(dirname(path), 0o700);
    return await acquire(path, owner);
  } catch (error) {
    throw configError(
      `state: its lock ${path} cannot be created: ${fileFault(error)}. This user must be able to write to the folder of the state.`,
      { cause: error },
    );
  }
}

async function inUse(statePath: string, path: string): Promise<ConnectorError> {
  const found = await readLock(path);
  const owner = found?.owner;
  const who =
    owner === undefined
      ? 'its lock cannot be read'
      : `process ${owner.pid} on ${owner.host}, which gave its last sign of life ${Math.round((found?.ageMs ?? 0) / 1000)} s ago`;
  return configError(
    `Another sync uses ${statePath}: ${who}. Wait for it to end. If it is not running, its lock is taken over ${abandonedAfterMs / 1000} s after that sign of life; or delete ${path}.`,
  );
}

/** Only our own: after a takeover the file at this path is another's. */
async function touch(path: string, owner: Owner): Promise<void> {
  const now = new Date();
  try {
    if ((await readLock(path))?.id === owner.token) await utimes(path, now, now);
  } catch {
    // The next heartbeat may succeed; what is lost for good is found before the next state is saved.
  }
}
