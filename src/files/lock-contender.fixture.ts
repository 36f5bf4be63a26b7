import { acquire, newOwner, release } from './lock-file.ts';

/** A process that tries for a lock at each message, says whether it has it, and gives it back at the next. */
const [path = ''] = process.argv.slice(2);
const owner = newOwner();
let held = false;

process.on('message', (word) => {
  if (word === 'try') void attempt();
  else void giveBack();
});

async function attempt(): Promise<void> {
  held = await acquire(path, owner);
  process.send?.(held);
}

async function giveBack(): Promise<void> {
  if (held) await release(path, owner);
  held = false;
  process.send?.('free');
}
